import { MIMEType } from 'node:util';
import { TuohsError } from '../core/errors.ts';

/**
 * The media type of a body, in lower case and without its parameters. Fails with `BAD_INPUT` where there is none, or
 * where it names a charset other than UTF-8.
 */
export function mediaType(contentType = ''): string {
  // What almost everybody sends, at a hundredth of the price.
  if (contentType === 'application/json') return contentType;
  const { essence, params } = parse(contentType);
  const charset = params.get('charset')?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8') throw new TuohsError('BAD_INPUT', 'another charset');
  return essence;
}

function parse(contentType: string): MIMEType {
  try {
    return new MIMEType(contentType);
  } catch {
    throw new TuohsError('BAD_INPUT', 'no valid content type');
  }
}

import { hash } from 'node:crypto';
import { filled, ownFile } from './asset.ts';

export interface ErrorPageOptions {
  readonly status: number;
  readonly sentence: string;
  /** What to send instead, if the service knows. */
  readonly detail: string | undefined;
  readonly requestId: string;
  readonly retryAfterSeconds: string | undefined;
  /** The path of the request. Links are relative to it, because a proxy can serve the page below a path of its own. */
  readonly path: string;
}

/** Read when the first error page is made, because most processes never make one. */
let template: ReturnType<typeof readTemplate> | undefined;

/** The page loads nothing, because under overload another request would be refused as well. */
function readTemplate() {
  const page = ownFile('error.html');
  const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? [];
  const policy =
    `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; ` +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  return { page, policy };
}

/**
 * The page that a browser gets instead of a JSON error, and its Content-Security-Policy. `undefined` if the file of the page cannot
 * be read, for example because no file descriptor is free.
 */
export function errorPage(options: ErrorPageOptions) {
  const { status, sentence, detail = '', requestId, retryAfterSeconds: seconds, path } = options;
  const again = `Try again in ${seconds === '1' ? '1 second' : `${seconds} seconds`}: <a href="">reload</a>`;
  try {
    template ??= readTemplate();
  } catch {
    return undefined;
  }
  const html = filled(template.page, {
    status: `${status}`,
    sentence: escaped(sentence),
    detail: status === 404 ? '' : escaped(detail),
    again: seconds === undefined ? '' : again,
    root: '../'.repeat(Math.max(0, path.split('/').length - 2)) || './',
    requestId: escaped(requestId),
  });
  return { html, policy: template.policy };
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

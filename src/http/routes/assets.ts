import { TuohsError } from '../../core/errors.ts';
import type { ApiParts } from '../api-parts.ts';
import type { Route } from '../router.ts';
import { sendFile } from '../send-file.ts';

/** The scripts and the style of the playground, at `/assets/<version>/<file>`: another version has another address. */
export const assets: Route<ApiParts> = {
  isFree: true,
  async handle(exchange, { pages }) {
    const [askedVersion, name = '', ...more] = exchange.target.rest.split('/');
    const { version, assets } = await pages.playground();
    const file = more.length === 0 ? assets.get(name) : undefined;
    if (file === undefined) throw new TuohsError('NOT_FOUND', 'no such asset');
    // During a roll-out a page of another version asks here, too. It gets ours, for now.
    const cacheControl = askedVersion === version ? 'public, max-age=31536000, immutable' : 'no-store';
    sendFile(exchange, file, { cacheControl });
  },
};

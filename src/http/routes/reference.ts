import { TuohsError } from '../../core/errors.ts';
import type { ApiParts } from '../api-parts.ts';
import type { Route } from '../router.ts';
import { sendFile } from '../send-file.ts';

/** The page of the API reference. */
export const reference: Route<ApiParts> = {
  isFree: true,
  async handle(exchange, { pages }) {
    const { page } = await pages.reference();
    sendFile(exchange, page, { cacheControl: 'no-cache', policy: POLICY });
  },
};

/** What the page of the API reference loads, at `/docs/<file>`; `/docs/` is the page itself. */
export const referenceFiles: Route<ApiParts> = {
  isFree: true,
  async handle(exchange, { pages }) {
    const { pageBelow, files } = await pages.reference();
    const { rest } = exchange.target;
    if (rest === '') return sendFile(exchange, pageBelow, { cacheControl: 'no-cache', policy: POLICY });
    const file = files.get(rest);
    if (file === undefined) throw new TuohsError('NOT_FOUND', 'no such file of the reference');
    sendFile(exchange, file, { cacheControl: 'no-cache' });
  },
};

/** The OpenAPI document. */
export const openApi: Route<ApiParts> = {
  isFree: true,
  async handle(exchange, { pages }) {
    sendFile(exchange, await pages.openApi(), { cacheControl: 'no-cache' });
  },
};

/**
 * What the page needs of its own origin; nothing comes from anywhere else. Its style sheet holds the arrows of its boxes as
 * `data:` images.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

import type { IncomingMessage } from 'node:http';
import { TuohsError } from '../../core/errors.ts';
import { apiIndex, homeOperation } from '../../openapi/operations.ts';
import type { StaticFile } from '../../web/pages.ts';
import type { ApiParts } from '../api-parts.ts';
import type { Asked, Exchange } from '../exchange.ts';
import { type Answer, acceptedEncoding, isKnownTo, preferredType } from '../message.ts';
import type { Route } from '../router.ts';

/** The playground for browsers, and a JSON index of the API for anything else. */
export const home: Route<ApiParts> = {
  isFree: true,
  async handle(exchange, { pages, version }) {
    const vary = 'Accept';
    if (preferredType(exchange.request.headers.accept, ['application/json', 'text/html']) === 'text/html') {
      const { html, policy } = await pages.playground();
      return sendFile(exchange, { file: html, policy, vary });
    }
    const headers = { 'content-type': 'application/json' };
    return { headers, body: JSON.stringify(apiIndex(version)), vary };
  },
  operation: homeOperation,
};

/** The scripts and the style sheet of the playground, at `/assets/<version>/<file>`. Each version has addresses of its own. */
export const assets = fileRoute(async ({ rest }, { pages }) => {
  const [askedVersion, name = '', ...more] = rest.split('/');
  const { version, assets } = await pages.playground();
  const file = more.length === 0 ? assets.get(name) : undefined;
  // During a rollout, a page of another version can ask this process. Our file is then sent, but must not be cached.
  return {
    file,
    cacheControl: askedVersion === version ? 'public, max-age=31536000, immutable' : 'no-store',
  };
});

/** The page of the API reference. */
export const reference = fileRoute(async (_, { pages }) => {
  const { page } = await pages.reference();
  return { file: page, policy: REFERENCE_POLICY };
});

/** The files that the page of the API reference loads, at `/docs/<file>`. `/docs/` is the page itself. */
export const referenceFiles = fileRoute(async ({ rest }, { pages }) => {
  const { pageBelow, files } = await pages.reference();
  return rest === '' ? { file: pageBelow, policy: REFERENCE_POLICY } : { file: files.get(rest) };
});

/** The OpenAPI document. */
export const openApi = fileRoute(async (_, { pages }) => ({ file: await pages.openApi() }));

/**
 * The page of the reference loads everything from its own origin. Its style sheet holds the arrows of its boxes as `data:`
 * images.
 */
const REFERENCE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** A file, if there is one, and what the headers of its answer say. */
interface Found extends Pick<Answer, 'policy' | 'vary'> {
  readonly file: StaticFile | undefined;
  /** The default, `no-cache`, lets caches keep the file, but they must ask before each use whether it has changed. */
  readonly cacheControl?: string;
}

/** A route that answers with a file. */
function fileRoute(find: (target: Asked, parts: ApiParts) => Promise<Found>): Route<ApiParts> {
  return {
    isFree: true,
    handle: async (exchange, parts) => sendFile(exchange, await find(exchange.target, parts)),
  };
}

/** The answer with a file. If the file is large, it can wait for a turn of the event loop. Throws `NOT_FOUND` if there is no file. */
function sendFile(exchange: Exchange, { file, ...about }: Found): Answer | Promise<Answer> {
  if (file === undefined) throw new TuohsError('NOT_FOUND', 'no such file');
  return exchange.inTurn(file.body.length, () => fileAnswer(exchange.request, file, about));
}

/** A file in the encoding that the client prefers; 304 if the client has it. */
function fileAnswer(
  { headers }: IncomingMessage,
  file: StaticFile,
  { cacheControl = 'no-cache', vary, ...policy }: Omit<Found, 'file'>,
): Answer {
  const encoding = acceptedEncoding(headers['accept-encoding'], [...file.encoded.keys()]);
  // Each encoding of a file is a representation of its own, and needs a strong ETag of its own (RFC 9110 §8.8.3).
  const etag = `"${encoding === undefined ? file.etag : `${file.etag}-${encoding}`}"`;
  const caching = { 'cache-control': cacheControl, etag };
  const encodings = file.encoded.size > 0 ? ['Accept-Encoding'] : [];
  const about = { vary: [...(vary === undefined ? [] : [vary]), ...encodings].join(', '), ...policy };
  if (isKnownTo(headers, etag)) return { status: 304, headers: caching, ...about };
  const type = { 'content-type': file.type, ...(encoding !== undefined && { 'content-encoding': encoding }) };
  const body = (encoding !== undefined && file.encoded.get(encoding)) || file.body;
  return { headers: { ...type, ...caching }, body, ...about };
}

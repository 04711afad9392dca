import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { PlaygroundOptions } from './playground.ts';

/** A file in memory, as it is and compressed; made once. */
export interface StaticFile {
  readonly type: string;
  readonly etag: string;
  readonly body: Buffer;
  /** By `Content-Encoding`, the best first; empty for a file that is too small to gain. */
  readonly encoded: ReadonlyMap<string, Buffer>;
}

/** A file of fewer bytes fits into one packet as it is. */
const LEAST_TO_COMPRESS = 1400;

/** Of brotli's eleven: the next step takes twice the time for 2 % less. */
const BROTLI_QUALITY = 6;

/** Compresses on other threads: the event loop goes on meanwhile. */
export async function staticFile({ type, body }: { type: string; body: Buffer }): Promise<StaticFile> {
  const etag = hash('sha256', body, 'base64url');
  if (body.length < LEAST_TO_COMPRESS || type === 'font/woff2')
    return { type, etag, body, encoded: new Map() };
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
  };
  const [br, gz] = await Promise.all([promisify(brotliCompress)(body, { params }), promisify(gzip)(body)]);
  return {
    type,
    etag,
    body,
    encoded: new Map([
      ['br', br],
      ['gzip', gz],
    ]),
  };
}

/** The pages and what they load: made at the first request, because most processes never serve one and all start fast. */
export interface Pages {
  /** `version` changes whenever one of the assets does; they go by their file names. */
  playground(): Promise<{
    html: StaticFile;
    policy: string;
    version: string;
    assets: ReadonlyMap<string, StaticFile>;
  }>;
  /** `page` is for `/docs`, `pageBelow` the same for `/docs/`, from where addresses are one step shorter. */
  reference(): Promise<{ page: StaticFile; pageBelow: StaticFile; files: ReadonlyMap<string, StaticFile> }>;
  openApi(): Promise<StaticFile>;
}

/** `describe` makes the OpenAPI document. */
export function pages(describe: () => Promise<object>, options: PlaygroundOptions): Pages {
  return {
    playground: loadOnce(async () => {
      const { playground } = await import('./playground.ts');
      const { html, policy, version, assets } = playground(options);
      return { html: await htmlFile(html), policy, version, assets: await staticFiles(assets) };
    }),
    reference: loadOnce(async () => {
      const { reference } = await import('./reference.ts');
      const { html, htmlBelow, files } = await reference();
      const [page, pageBelow] = await Promise.all([htmlFile(html), htmlFile(htmlBelow)]);
      return { page, pageBelow, files: await staticFiles(files) };
    }),
    openApi: loadOnce(async () =>
      staticFile({ type: 'application/json', body: Buffer.from(JSON.stringify(await describe())) }),
    ),
  };
}

/** Loads at the first call and keeps what came; after a failure the next call tries again. */
export function loadOnce<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load().catch((error) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
}

function htmlFile(body: Buffer): Promise<StaticFile> {
  return staticFile({ type: 'text/html; charset=utf-8', body });
}

async function staticFiles(
  assets: ReadonlyMap<string, { type: string; body: Buffer }>,
): Promise<ReadonlyMap<string, StaticFile>> {
  return new Map(
    await Promise.all(Array.from(assets, async ([name, asset]) => [name, await staticFile(asset)] as const)),
  );
}

import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type Asset, asset } from './asset.ts';
import type { PlaygroundOptions } from './playground.ts';

/** A file in memory, as it is and compressed. */
export interface StaticFile extends Asset {
  readonly etag: string;
  /** By `Content-Encoding`, the best first. Empty if compression would gain nothing. */
  readonly encoded: ReadonlyMap<string, Buffer>;
}

/** A smaller file fits into one packet as it is. */
const LEAST_TO_COMPRESS = 1400;

/** The next quality takes twice the time for 2 % less. */
const BROTLI_QUALITY = 6;

export type Pages = ReturnType<typeof pages>;

/**
 * The pages and what they load, by file name. They are made at the first request, because most processes never get one and all
 * should start quickly. `describe` makes the OpenAPI document.
 */
export function pages(describe: () => Promise<object>, options: PlaygroundOptions) {
  return {
    /** `version` changes with each of the assets. */
    playground: loadOnce(async () => {
      const { playground } = await import('./playground.ts');
      const { html, assets, ...more } = playground(options);
      return { ...more, html: await staticFile(html), assets: await staticFiles(assets) };
    }),
    /** `page` is for `/docs`, and `pageBelow` for `/docs/`, whose relative addresses are one step shorter. */
    reference: loadOnce(async () => {
      const { reference } = await import('./reference.ts');
      const { page, pageBelow, files } = await reference();
      return {
        page: await staticFile(page),
        pageBelow: await staticFile(pageBelow),
        files: await staticFiles(files),
      };
    }),
    openApi: loadOnce(async () => staticFile(asset('openapi.json', JSON.stringify(await describe())))),
  };
}

/** Loads at the first call and keeps the result. After a failure, the next call tries again. */
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

async function staticFiles(assets: ReadonlyMap<string, Asset>): Promise<ReadonlyMap<string, StaticFile>> {
  const files = Array.from(assets, async ([name, file]) => [name, await staticFile(file)] as const);
  return new Map(await Promise.all(files));
}

/** Compresses on other threads, so that the event loop goes on. */
async function staticFile({ type, body }: Asset): Promise<StaticFile> {
  const etag = hash('sha256', body, 'base64url');
  const file = { type, etag, body };
  if (body.length < LEAST_TO_COMPRESS || type === 'font/woff2') return { ...file, encoded: new Map() };
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
  };
  const [br, gz] = await Promise.all([promisify(brotliCompress)(body, { params }), promisify(gzip)(body)]);
  return { ...file, encoded: new Map(Object.entries({ br, gzip: gz })) };
}

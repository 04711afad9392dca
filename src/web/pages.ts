import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type Asset, asset, filled, ownFile, packageFile } from './asset.ts';
import type { PlaygroundOptions } from './playground.ts';

/** A file in memory, as it is and compressed. */
export interface StaticFile extends Asset {
  readonly etag: string;
  /** The compressed bodies by their `Content-Encoding`, the best first. Empty if compression would gain nothing. */
  readonly encoded: ReadonlyMap<string, Buffer>;
}

/** A smaller file is not compressed, because it fits into one packet as it is. */
const LEAST_TO_COMPRESS = 1400;

/** The next higher quality would take twice the time, and save only 2 % more of the bytes. */
const BROTLI_QUALITY = 6;

export type Pages = ReturnType<typeof pages>;

/**
 * The pages and what they load, by file name. They are made at the first request, because most processes never serve a page, and
 * every process should start quickly. `describe` makes the OpenAPI document.
 */
export function pages(describe: () => Promise<object>, options: PlaygroundOptions) {
  return {
    /** `version` changes whenever an asset does. */
    playground: loadOnce(async () => {
      const { playground } = await import('./playground.ts');
      const { html, assets, ...more } = playground(options);
      return { ...more, html: await staticFile(html), assets: await staticFiles(assets) };
    }),
    /** The API reference. `page` is for `/docs`, and `pageBelow` for `/docs/`, where relative links start one folder deeper. */
    reference: loadOnce(async () => ({
      page: await referencePage({ files: 'docs/', home: './', document: 'openapi.json' }),
      pageBelow: await referencePage({ files: '', home: '../', document: '../openapi.json' }),
      files: await staticFiles(referenceFiles()),
    })),
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

function referencePage(links: Readonly<Record<'files' | 'home' | 'document', string>>): Promise<StaticFile> {
  return staticFile(asset('reference.html', filled(ownFile('reference.html'), links)));
}

/** What the page of the reference loads: Swagger UI, and a script and a style of ours. */
function referenceFiles(): ReadonlyMap<string, Asset> {
  const swagger = ['swagger-ui-bundle.js', 'swagger-ui.css'];
  const own = ['reference.js', 'reference.css', 'icon.svg'];
  return new Map([
    ...swagger.map((name) => [name, asset(name, packageFile(`swagger-ui-dist/${name}`))] as const),
    ...own.map((name) => [name, asset(name, ownFile(name))] as const),
  ]);
}

async function staticFiles(assets: ReadonlyMap<string, Asset>): Promise<ReadonlyMap<string, StaticFile>> {
  const files = Array.from(assets, async ([name, file]) => [name, await staticFile(file)] as const);
  return new Map(await Promise.all(files));
}

/** Compresses on other threads, so that the event loop is not blocked. */
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

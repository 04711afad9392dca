import { readFile } from 'node:fs/promises';
import { asset, filled, ownFile } from './asset.ts';

/** Reads the API reference: Swagger UI, and a page, a script and a style of ours. `files` has what the page loads. */
export async function reference() {
  const swagger = ['swagger-ui-bundle.js', 'swagger-ui.css'].map(async (name) => {
    const body = await readFile(new URL(import.meta.resolve(`swagger-ui-dist/${name}`)));
    return [name, asset(name, body)] as const;
  });
  const own = ['reference.js', 'reference.css', 'icon.svg'].map(
    (name) => [name, asset(name, ownFile(name))] as const,
  );
  return {
    // The links are relative, so the page for an address with a slash at its end has others.
    page: page({ files: 'docs/', home: './', document: 'openapi.json' }),
    pageBelow: page({ files: '', home: '../', document: '../openapi.json' }),
    files: new Map([...(await Promise.all(swagger)), ...own]),
  };
}

function page(links: Readonly<Record<'files' | 'home' | 'document', string>>) {
  return asset('reference.html', filled(ownFile('reference.html'), links));
}

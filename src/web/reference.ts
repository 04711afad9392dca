import { readFile } from 'node:fs/promises';
import { icon } from './page.ts';
import type { Asset } from './playground.ts';
import { referenceScript, referenceStyle } from './reference-assets.ts';

const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

/** Reads the API reference: Swagger UI, and a page, a script and a style of ours. `files` has what the page loads. */
export async function reference() {
  const bundle = await swaggerUi('swagger-ui-bundle.js');
  const style = await swaggerUi('swagger-ui.css');
  return {
    // The links are relative, so the page for an address with a slash at its end has others.
    html: page({ files: 'docs/', home: './', document: 'openapi.json' }),
    htmlBelow: page({ files: '', home: '../', document: '../openapi.json' }),
    files: new Map<string, Asset>([
      ['swagger-ui-bundle.js', { type: SCRIPT, body: bundle }],
      ['swagger-ui.css', { type: STYLE, body: style }],
      ['reference.js', { type: SCRIPT, body: Buffer.from(referenceScript) }],
      ['reference.css', { type: STYLE, body: Buffer.from(referenceStyle) }],
      ['icon.svg', { type: 'image/svg+xml', body: Buffer.from(icon) }],
    ]),
  };
}

function swaggerUi(file: string): Promise<Buffer> {
  return readFile(new URL(import.meta.resolve(`swagger-ui-dist/${file}`)));
}

function page({ files, home, document }: { files: string; home: string; document: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>tuohs: API reference</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="Every request that tuohs answers, with examples to try.">
<meta name="color-scheme" content="light dark">
<link rel="icon" type="image/svg+xml" href="${files}icon.svg">
<link rel="stylesheet" href="${files}swagger-ui.css">
<link rel="stylesheet" href="${files}reference.css">
<script src="${files}swagger-ui-bundle.js" defer></script>
<script src="${files}reference.js" defer></script>
</head>
<body>
<header>
  <h1>tuohs: API reference</h1>
  <nav aria-label="Pages"><a href="${home}">Try it in the playground</a> <a href="${document}">openapi.json</a></nav>
</header>
<main>
  <p>tuohs reverses a text and has SHOUTCLOUD upper-case it. Open a request to see what it takes and answers, and to send it.</p>
  <h2>Requests</h2>
  <div id="operations" data-document="${document}">
    <noscript>This list needs JavaScript. The link above leads to the same in the OpenAPI format.</noscript>
  </div>
  <section id="errors">
    <h2>Errors</h2>
    <p>Every error has the same JSON body: <code>error</code> for people, a stable <code>code</code> for programs, <code>requestId</code>,
      and <code>detail</code> if the service can say what to send instead.</p>
    <div class="wide" tabindex="0" role="group" aria-label="Table of errors"><table>
      <thead><tr><th scope="col">Status</th><th scope="col">Code</th><th scope="col">When</th><th scope="col">Retry-After</th></tr></thead>
      <tbody></tbody>
    </table></div>
  </section>
</main>
</body>
</html>
`;
}

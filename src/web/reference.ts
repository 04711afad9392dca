import { readFile } from 'node:fs/promises';
import type { Asset } from './playground.ts';

export interface Reference {
  /** The page for an address without a slash at its end, and for one with it: its links are relative. */
  readonly html: Buffer;
  readonly htmlBelow: Buffer;
  /** What the page loads, by file name. */
  readonly files: ReadonlyMap<string, Asset>;
}

/** Reads all that the page of the API reference consists of: Swagger UI and a few lines of ours. */
export async function reference(): Promise<Reference> {
  const [bundle, style] = await Promise.all(['swagger-ui-bundle.js', 'swagger-ui.css'].map(swaggerUi));
  return {
    html: Buffer.from(page('docs/', 'openapi.json')),
    htmlBelow: Buffer.from(page('', '../openapi.json')),
    files: new Map([
      ['swagger-ui-bundle.js', { type: 'text/javascript; charset=utf-8', body: bundle ?? Buffer.alloc(0) }],
      ['swagger-ui.css', { type: 'text/css; charset=utf-8', body: style ?? Buffer.alloc(0) }],
      ['reference.js', { type: 'text/javascript; charset=utf-8', body: Buffer.from(SCRIPT) }],
      ['reference.css', { type: 'text/css; charset=utf-8', body: Buffer.from(STYLE) }],
    ]),
  };
}

function swaggerUi(file: string): Promise<Buffer> {
  return readFile(new URL(import.meta.resolve(`swagger-ui-dist/${file}`)));
}

function page(files: string, document: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>tuohs API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="${files}swagger-ui.css">
<link rel="stylesheet" href="${files}reference.css">
<script src="${files}swagger-ui-bundle.js" defer></script>
<script src="${files}reference.js" defer></script>
</head>
<body>
<div id="reference" data-document="${document}"></div>
</body>
</html>
`;
}

/** Runs in the browser. Swagger UI takes a text of lines for one JSON string, and would send it in quotes. */
const SCRIPT = `
const linesAsTheyAre = () => ({
  afterLoad() {
    const sample = this.fn.getSampleSchema;
    this.fn.getSampleSchema = (schema, mediaType, config, example) =>
      mediaType === 'application/x-ndjson' ? example : sample(schema, mediaType, config, example);
  },
});

const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();

const place = document.querySelector('#reference');
SwaggerUIBundle({
  domNode: place,
  url: new URL(place.dataset.document, location.href).href,
  layout: 'BaseLayout',
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  validatorUrl: null,
  plugins: [linesAsTheyAre],
});
`;

/** Tables of statuses and headers are wider than a phone. */
const STYLE = `
body { margin: 0; }
.swagger-ui .responses-inner, .swagger-ui .parameters-container { overflow-x: auto; }
`;

import { hash } from 'node:crypto';

export interface ErrorPageOptions {
  readonly status: number;
  readonly sentence: string;
  /** What to send instead, if the service knows. */
  readonly detail: string | undefined;
  /** The id of the request in the log. */
  readonly requestId: string;
  readonly retryAfterSeconds: string | undefined;
  /** The path of the request. Links are relative to it, because a proxy can serve the page below a path of its own. */
  readonly path: string;
}

export interface ErrorPage {
  readonly html: string;
  readonly policy: string;
}

const STYLE = `
:root { color-scheme: light dark; --paper: #f6f6f1; --ink: #14130f; --loud: #ffd81f; --on-loud: #14130f; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #1c1b18; --ink: #efede4; --loud: #0b0a08; --on-loud: #ffd81f; }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--paper); color: var(--ink); font: 1.125rem/1.5 Palatino, "Liberation Serif", serif;
}
h1 {
  margin: 0; padding: 0.25em clamp(1rem, 4vw, 4rem); background: var(--loud); color: var(--on-loud); text-align: end;
  font: 900 clamp(6rem, 30vw, 14rem)/1 "Arial Narrow", "Liberation Sans Narrow", sans-serif-condensed, sans-serif;
}
div { padding: 1.5rem clamp(1rem, 4vw, 4rem); overflow-wrap: anywhere; }
p { max-width: 40em; margin: 0 0 1rem; }
.sentence { font-size: clamp(1.5rem, 1rem + 2vw, 2.5rem); line-height: 1.25; }
a { color: inherit; margin-inline-end: 1.5rem; text-underline-offset: 0.2em; }
a:focus-visible { outline: 3px solid currentColor; outline-offset: 3px; }
`;

/** The page loads nothing, because under overload another request would be refused as well. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', STYLE, 'base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page for a browser that asked for something and got an error. */
export function errorPage(options: ErrorPageOptions): ErrorPage {
  const { status, sentence, detail, requestId, retryAfterSeconds, path } = options;
  const root = '../'.repeat(Math.max(0, path.split('/').length - 2)) || './';
  const again =
    retryAfterSeconds && `<p>Try again in ${seconds(retryAfterSeconds)}: <a href="">reload</a></p>\n`;
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${status}: tuohs</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${status}</h1>
<div>
<p class="sentence">${escaped(sentence)}</p>
${detail === undefined || status === 404 ? '' : `<p>${escaped(detail)}</p>\n`}${again ?? ''}<p><a href="${root}">Start page</a><a href="${root}docs">API reference</a></p>
<p>Request ${escaped(requestId)}</p>
</div>
</main>
</body>
</html>
`;
  return { html, policy: POLICY };
}

function seconds(count: string): string {
  return count === '1' ? '1 second' : `${count} seconds`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

import { hash } from 'node:crypto';
import { filled, ownFile } from './asset.ts';

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

const PAGE = ownFile('error.html');
const [, STYLE = ''] = /<style>(.*?)<\/style>/s.exec(PAGE) ?? [];

/** The page loads nothing, because under overload another request would be refused as well. */
const POLICY =
  `default-src 'none'; style-src 'sha256-${hash('sha256', STYLE, 'base64')}'; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The page for a browser that asked for something and got an error, and its Content-Security-Policy. */
export function errorPage(options: ErrorPageOptions) {
  const { status, sentence, detail = '', requestId, retryAfterSeconds: seconds, path } = options;
  const again = `Try again in ${seconds === '1' ? '1 second' : `${seconds} seconds`}: <a href="">reload</a>`;
  const html = filled(PAGE, {
    status: `${status}`,
    sentence: escaped(sentence),
    detail: status === 404 ? '' : escaped(detail),
    again: seconds === undefined ? '' : again,
    root: '../'.repeat(Math.max(0, path.split('/').length - 2)) || './',
    requestId: escaped(requestId),
  });
  return { html, policy: POLICY };
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

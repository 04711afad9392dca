import { once } from 'node:events';
import http, { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface Question {
  readonly method?: string;
  /** Sent without any encoding. */
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  /** A text or a buffer is sent with its length. An array is sent with chunked encoding. */
  readonly body?: string | Buffer | readonly string[];
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Sends one HTTP request over a new connection. The client asks to keep the connection open, so a `Connection: close` in the
 * reply is always the decision of the service.
 */
export async function ask(baseUrl: string, question: Question): Promise<Reply> {
  const { body = '', ...options } = question;
  const { Agent, request } = baseUrl.startsWith('https:') ? https : http;
  const agent = new Agent({ keepAlive: true });
  const sent = request(baseUrl, { ...options, agent });
  // If the service refuses the body and closes the connection, sending fails. Only the answer matters.
  sent.on('error', () => {});
  try {
    const answered = once(sent, 'response');
    if (typeof body === 'string' || Buffer.isBuffer(body)) sent.end(body);
    else Readable.from(body).pipe(sent);
    const [response] = (await answered) as [IncomingMessage];
    return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
  } finally {
    agent.destroy();
  }
}

/** POSTs a value as JSON, or a text as it is, to `/v1`. */
export function askJson(baseUrl: string, body: unknown): Promise<Reply> {
  const headers = { 'content-type': 'application/json' };
  const json = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return ask(baseUrl, { method: 'POST', path: '/v1', headers, body: json });
}

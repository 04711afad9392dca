import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';

export interface Question {
  readonly method?: string;
  /** Sent as it is. */
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  /** Sent with its length; several chunks are sent chunked. */
  readonly body?: string | Buffer | readonly (string | Buffer)[];
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * One HTTP request over a connection of its own, with nothing added and nothing interpreted. The client wants to keep the
 * connection, so that a `Connection: close` in the reply is the service's own.
 */
export async function ask(baseUrl: string, question: Question): Promise<Reply> {
  const { method = 'GET', path = '/', headers = {}, body = '' } = question;
  const { protocol, hostname, port } = new URL(baseUrl);
  const isSecure = protocol === 'https:';
  const send = isSecure ? requestHttps : requestHttp;
  const agent = new (isSecure ? HttpsAgent : Agent)({ keepAlive: true });
  const chunks = typeof body === 'string' || Buffer.isBuffer(body) ? [body] : body;
  const length = chunks === body ? {} : bodyLength(chunks[0]);
  const request = send({
    method,
    path,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    agent,
    headers: { ...length, ...headers },
  });

  return new Promise<Reply>((resolve, reject) => {
    let isAnswered = false;
    // A service that refuses a body may stop reading it: what counts is the answer.
    request.on('error', (error) => isAnswered || reject(error));
    request.on('response', (response) => {
      isAnswered = true;
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      );
    });
    for (const chunk of chunks) if (chunk.length > 0) request.write(chunk);
    request.end();
  }).finally(() => agent.destroy());
}

function bodyLength(body: string | Buffer = ''): OutgoingHttpHeaders {
  return body.length === 0 ? {} : { 'content-length': Buffer.byteLength(body) };
}

/** POSTs JSON: a value, or a text that may be anything. */
export function askJson(baseUrl: string, body: unknown, path = '/v1'): Promise<Reply> {
  const headers = { 'content-type': 'application/json' };
  const json = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return ask(baseUrl, { method: 'POST', path, headers, body: json });
}

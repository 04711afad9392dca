import type { IncomingMessage } from 'node:http';

/** The client's own id, if it can be copied into the answer, the logs and error bodies. */
export function harmlessId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w-]{1,64}$/.test(header) ? header : undefined;
}

/** The standard methods (RFC 9110 §9, RFC 5789). All others share one label, because each label makes a series. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']);

export function methodLabel(method = ''): string {
  return METHODS.has(method) ? method : '_OTHER';
}

/** The bytes of every head in addition to its method, target and headers. */
const FRAME = '  HTTP/1.1\r\n\r\n';

/** The bytes of a head whose lines are written as `Name: value`. `length` counts its target and headers. */
export function headBytes({ method, rawHeaders }: IncomingMessage, length: number): number {
  return (method?.length ?? 0) + FRAME.length + length + 2 * rawHeaders.length;
}

/** The characters of a host and its port (RFC 3986 §3.2.2). */
const HOST = /^[\w.~!$&'()*+,;=:%[\]-]*$/;

/**
 * What to send instead if the version is not HTTP/1, if `Host` is missing, repeated or malformed (RFC 9112 §3.2), or if the transfer
 * coding is not `chunked`, which HTTP/1.0 does not have (§6.1).
 */
export function framingFault(request: IncomingMessage): string | undefined {
  const { host = '', 'transfer-encoding': coding } = request.headers;
  const isHttp10 = request.httpVersionMinor === 0;
  if (request.httpVersionMajor !== 1 || (isHttp10 && coding !== undefined))
    return 'Send the request as HTTP/1.1.';
  if (!isHttp10 && !(HOST.test(host) && countHosts(request) === 1))
    return 'Send one Host header with a name and, if needed, a port.';
  if (coding !== undefined && !/^chunked$/i.test(coding))
    return 'Send the body with Content-Length, or chunked and nothing else.';
  return undefined;
}

/** Node keeps only the first of several `Host` headers, so this counts the raw ones. */
function countHosts({ rawHeaders }: IncomingMessage): number {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count;
}

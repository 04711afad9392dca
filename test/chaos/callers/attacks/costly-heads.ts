import { filled, get, headOf, JSON_TYPE } from './requests.ts';

/** The size of a header that almost fills the 16 KB that Node accepts. The rest is room for the other headers. */
export const HEAD_BYTES = 15_900;

const PIECES = [
  ...[' ', '\t', ';', ',', ', ', '; ', '"', '\\"', '&', '%41&', '=', '(', '/', '*/*,', 'a', 'a=b;', 'a="b";'],
  ...['a/b,', 'a/b;q=0.1,', 'gzip;q=0,', 'en-gb;q=0.1,', 'W/"a",', '"a",', '127.0.0.1,', '10.0.0.1,'],
  ...['::1,', '[::1]:1,', 'for=1;', '0123456789', 'content-type,'],
];

/** Headers that the service, a package or Node parses. */
const HEADERS = [
  ...['accept', 'accept-encoding', 'accept-language', 'access-control-request-headers', 'cache-control'],
  ...['connection', 'cookie', 'expect', 'forwarded', 'if-none-match', 'origin', 'tracestate'],
  ...['x-forwarded-for', 'x-request-id'],
];

/** Requests with each header, path or query filled with values that can make a parser slow. */
export function costlyHeads(): Map<string, string> {
  const inputs = new Map<string, string>();
  for (const piece of PIECES) {
    const shown = JSON.stringify(piece);
    for (const start of [JSON_TYPE, `${JSON_TYPE};a=`, '']) {
      const type = `${start}${filled(piece, HEAD_BYTES)}x`;
      inputs.set(`content-type ${start}${shown}`, headOf('/v1', type, 'content-length: 0'));
    }
    for (const header of HEADERS) {
      const value = `${filled(piece, HEAD_BYTES)}x`;
      for (const path of ['/v1?data=known', '/', '/docs/swagger-ui-bundle.js'])
        inputs.set(`${header} ${shown} ${path}`, get(path, `${header}: ${value}`));
    }
    const query = filled(piece.replace(/[\t ]/g, '+').replace('"', '%22'), HEAD_BYTES);
    inputs.set(`query ${shown}`, get(`/v1?${query}`));
    inputs.set(`query data=${shown}`, get(`/v1?data=${query}`));
    inputs.set(`path ${shown}`, get(`/${query}`));
  }
  inputs.set('many headers', get('/v1?data=known', ...Array.from({ length: 2_400 }, () => 'a: 1')));
  inputs.set('many cookies', get('/v1?data=known', ...Array.from({ length: 1_400 }, () => 'cookie: a')));
  return inputs;
}

import { drip } from '../../tools/siege.ts';
import { type Attack, asking, crowd } from './attack.ts';
import { HEAD_BYTES } from './costly-heads.ts';
import { CHUNKED, filled, get, jsonHead, postBulk, postJson } from './requests.ts';

const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const UPGRADE = 'connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c, websocket\r\nhttp2-settings: AAMAAABk';
const BUSY = { clients: 24, pauseMs: 10 };
const LARGEST_ASSET = '/docs/swagger-ui-bundle.js';

/** Requests that no honest client sends, although HTTP allows or nearly allows them. */
export const protocolAbuse: readonly Attack[] = [
  crowd('trailers without end', 100, (socket) => {
    socket.write(`${jsonHead(CHUNKED)}0\r\n`);
    drip(socket, 20, () => 'x-more: to come\r\n'.repeat(50));
  }),
  crowd('a chunk extension without end', 100, (socket) => {
    socket.write(`${jsonHead(CHUNKED)}1;`);
    drip(socket, 20, () => 'extension'.repeat(100));
  }),
  crowd('empty lines before a request that never comes', 1_900, (socket) =>
    drip(socket, 2_000, () => '\r\n'.repeat(20)),
  ),
  crowd('200 pipelines of paths of 16 KB', 200, (socket) => {
    socket.write(get(`/${'a'.repeat(HEAD_BYTES)}`).repeat(20));
    drip(socket, 1_000, () => get(`/${'a'.repeat(HEAD_BYTES)}`).repeat(20));
  }),
  crowd('100 pipelines of 500 HEADs of the largest asset', 100, (socket) => {
    const heads = get(LARGEST_ASSET).replace('GET', 'HEAD').repeat(500);
    socket.write(heads);
    drip(socket, 2_000, () => heads);
  }),
  crowd('upgrades to HTTP/2 and WebSocket, then silence', 1_000, get('/v1?data=known', UPGRADE)),
  crowd('connections that ask once and stay', 2_500, get('/v1?data=known')),
  crowd('HTTP/2 without asking', 300, HTTP2_PREFACE),
  crowd('CONNECT, TRACE and unknown methods', 300, (socket, index) => {
    const method = ['CONNECT', 'TRACE', 'PROPFIND', 'M-SEARCH'][index % 4] ?? '';
    socket.write(`${method} lab:80 HTTP/1.1\r\nhost: lab\r\n\r\n`);
  }),
  crowd('half a body, then the end of the sending side', 1_000, (socket) =>
    socket.end(`${jsonHead('content-length: 20000')}{"data":"`),
  ),
  crowd('connections that are reset at once', 1_500, (socket) => socket.resetAndDestroy()),
  crowd('connections that are reset behind a request', 1_500, (socket, index) => {
    socket.write(postJson(`{"data":"${index % 2 === 0 ? 'known' : `reset ${Math.random()}`}"}`));
    setImmediate(() => socket.resetAndDestroy());
  }),
  crowd('20 bulks of a million empty lines', 20, (socket) => {
    const bulk = postBulk('\n'.repeat(2 ** 20));
    socket.write(bulk);
    drip(socket, 3_000, () => (socket.writableLength === 0 ? bulk : ''));
  }),
  asking('cookies of 16 KB', BUSY, () => [get('/v1?data=known', `cookie: ${filled('a=b; ', HEAD_BYTES)}`)]),
  asking('texts of 17 KB of one length that differ in their first letters', BUSY, alikeTexts),
  asking('health checks without a pause', BUSY, () => [get('/health')]),
];

/** As many texts as a cache of 32 MiB holds. V8 gives all of them the same hash, which makes a look-up in a map slow. */
function alikeTexts(): string[] {
  return Array.from({ length: 2_000 }, (_, index) =>
    postJson(`{"data":"${String(index).padStart(8, '0')}${'x'.repeat(17_000)}"}`),
  );
}

import type { Socket } from 'node:net';
import { type Act, type Attack, crowd } from './attack.ts';
import { CHUNKED, chunkOf, get, headOf, inShortChunks, post, postBulk, postJson } from './requests.ts';

const ASSET = get('/docs/swagger-ui-bundle.js');
const KNOWN = get('/v1?data=known');
/** Eight requests. The last seven wait, because the client does not read the answer to the first. */
const EIGHT_ANSWERS = ASSET + KNOWN.repeat(7);
const BEHIND_EIGHT = EIGHT_ANSWERS + inShortChunks(60_000);
const LONG_BULK = postBulk(`${JSON.stringify({ data: 'x'.repeat(4_000) })}\n`.repeat(250));
const REFUSED_LINES = postBulk('x\n'.repeat(2_000));
const CONTROLS = post('/v1', 'text/plain', '\x01'.repeat(262_000));
/** The most bytes that a client keeps ready to send. It adds requests when the service has read some. */
const PIPELINE_BYTES = 262_144;
let largeBodies = 0;

/** Clients that send requests and do not read the answers. */
export const deafReaders: readonly Attack[] = [
  deaf('40 pipelines of 200 KB, nothing read', 40, endless(largeBody)),
  deaf('200 pipelines of 200 KB, nothing read', 200, endless(largeBody)),
  deaf('20 pipelines of 1,500 requests for the largest asset, nothing read', 20, ASSET.repeat(1_500)),
  deaf('300 requests for the largest asset, nothing read', 300, ASSET),
  deaf('1,000 callers with eight requests each, nothing read', 1_000, ASSET.repeat(4) + KNOWN.repeat(4)),
  slowlyRead('300 requests for the largest asset, read a byte a second', 300, ASSET),
  slowlyRead('100 pipelines of 200 KB, read a byte a second', 100, endless(largeBody)),
  deaf('100 bulk answers of 1 MiB, nothing read', 100, LONG_BULK),
  deaf('1,500 pipelines of known strings, nothing read', 1_500, endless(knownTexts)),
  deaf('300 pipelines of eight bulks whose lines are refused, nothing read', 300, REFUSED_LINES.repeat(8)),
  deaf('150 texts of 262 KB of control characters, nothing read', 150, CONTROLS),
  deaf('10 bodies in chunks of one byte behind eight answers, nothing read', 10, BEHIND_EIGHT),
  deaf('20 bodies without end behind eight answers, nothing read', 20, (socket) => {
    socket.write(EIGHT_ANSWERS + headOf('/v1', 'text/plain', CHUNKED));
    endless(() => chunkOf('x'.repeat(900)))(socket);
  }),
  deaf(
    '1,000 texts of 60 KB behind eight answers, nothing read, and reset after a second',
    1_000,
    (socket) => {
      socket.write(EIGHT_ANSWERS + post('/v1', 'text/plain', 'x'.repeat(60_000)));
      setTimeout(() => socket.resetAndDestroy(), 900);
    },
  ),
  deaf('200 half-closed callers that read nothing', 200, (socket) => socket.end(largeBody())),
];

function deaf(name: string, connections: number, act: Act): Attack {
  return crowd(name, connections, act, 'nothing');
}

function slowlyRead(name: string, connections: number, act: Act): Attack {
  return crowd(name, connections, act, 'a byte a second');
}

function knownTexts(): string {
  return postJson('{"data":"known"}').repeat(300);
}

/** A request with a large text that was not sent before, so that it is unknown. */
function largeBody(): string {
  return postJson(`{"data":"${largeBodies++} ${'many words '.repeat(18_000)}"}`);
}

function endless(next: () => string): (socket: Socket) => void {
  return (socket) => {
    const offer = () => {
      if (!socket.writable) return;
      while (socket.writableLength < PIPELINE_BYTES && socket.write(next()));
      socket.once('drain', offer);
    };
    offer();
  };
}

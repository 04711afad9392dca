import type { Socket } from 'node:net';
import { besiege, type SiegePlan } from '../../tools/siege.ts';
import {
  type Attack,
  CHUNKED,
  chunkOf,
  get,
  headOf,
  inChunksOfOneByte,
  JSON_TYPE,
  NDJSON_TYPE,
  post,
} from './attack.ts';

const ASSET = get('/docs/swagger-ui-bundle.js');
/** What follows has to wait, because a connection has eight requests worked on at once. */
const EIGHT_ANSWERS = ASSET + get('/v1?data=known').repeat(7);
/** How many bytes a client writes at once. The rest of its pipeline follows as the service reads. */
const PIPELINE_BYTES = 262_144;

/** Clients that send requests and do not read the answers. */
export const deafReaders: readonly Attack[] = [
  deaf('40 pipelines of 200 KB, nothing read', 40, () => endless(largeBodies())),
  deaf('200 pipelines of 200 KB, nothing read', 200, () => endless(largeBodies())),
  deaf('20 pipelines of 1,500 requests for the largest asset, nothing read', 20, () =>
    once(ASSET.repeat(1_500)),
  ),
  deaf('300 requests for the largest asset, nothing read', 300, () => once(ASSET)),
  deaf('1,000 callers with eight requests each, nothing read', 1_000, () =>
    once(ASSET.repeat(4) + get('/v1?data=known').repeat(4)),
  ),
  slowlyRead('300 requests for the largest asset, read a byte a second', 300, () => once(ASSET)),
  slowlyRead('100 pipelines of 200 KB, read a byte a second', 100, () => endless(largeBodies())),
  deaf('100 bulk answers of 1 MiB, nothing read', 100, () => once(longBulk())),
  deaf('1,500 pipelines of known strings, nothing read', 1_500, () => endless(knownPipeline)),
  deaf('300 pipelines of eight bulks whose lines are refused, nothing read', 300, () =>
    once(post('/v1/bulk', NDJSON_TYPE, 'x\n'.repeat(2_000)).repeat(8)),
  ),
  deaf('150 texts of 262 KB of control characters, nothing read', 150, () =>
    once(post('/v1', 'text/plain', '\x01'.repeat(262_000))),
  ),
  deaf('10 bodies in chunks of one byte behind eight answers, nothing read', 10, () =>
    once(EIGHT_ANSWERS + inChunksOfOneByte(60_000)),
  ),
  deaf('20 bodies without end behind eight answers, nothing read', 20, () => (socket) => {
    socket.write(EIGHT_ANSWERS + headOf('/v1', 'text/plain', CHUNKED));
    endless(() => chunkOf('x'.repeat(900)))(socket);
  }),
  deaf('1,000 texts of 60 KB behind eight answers, nothing read, and reset after a second', 1_000, () => {
    const bytes = EIGHT_ANSWERS + post('/v1', 'text/plain', 'x'.repeat(60_000));
    return (socket) => {
      socket.write(bytes);
      setTimeout(() => socket.resetAndDestroy(), 900);
    };
  }),
  deaf('200 half-closed callers that read nothing', 200, () => {
    const next = largeBodies();
    return (socket) => socket.end(next());
  }),
];

/** Called when the attack begins. Returns what each connection does. */
type Act = () => SiegePlan['act'];

function deaf(name: string, size: number, act: Act): Attack {
  return {
    name,
    connections: size,
    begin: ({ port }) => besiege({ port, size, act: act(), reads: 'nothing' }),
  };
}

function slowlyRead(name: string, size: number, act: Act): Attack {
  const reads = 'a byte a second';
  return { name, connections: size, begin: ({ port }) => besiege({ port, size, act: act(), reads }) };
}

function once(bytes: string): SiegePlan['act'] {
  return (socket) => socket.write(bytes);
}

function longBulk(): string {
  return post('/v1/bulk', NDJSON_TYPE, `${JSON.stringify({ data: 'x'.repeat(4_000) })}\n`.repeat(250));
}

function knownPipeline(): string {
  return post('/v1', JSON_TYPE, '{"data":"known"}').repeat(300);
}

/** Returns a different large text each time, so none is known. */
function largeBodies(): () => string {
  let count = 0;
  return () => post('/v1', JSON_TYPE, `{"data":"${count++} ${'many words '.repeat(18_000)}"}`);
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

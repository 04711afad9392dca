import { seededRandom } from '../../../src/shoutcloud/fault-plan.ts';
import type { Script } from '../tools/raw-peer.ts';
import { answerBytes, honest, later, oneOf, reset, send, shouted } from '../tools/replies.ts';
import { resetSocket } from '../tools/reset-socket.ts';
import { atLeast, type Row } from '../tools/row.ts';
import { isRight, shareOf } from '../tools/statistics.ts';

/** What a connection does instead of one sound answer. */
const FAULTS: readonly Script[] = [
  reset,
  ({ socket }) => socket.write('HTTP/1.1 200 OK\r\nContent-Ty', () => resetSocket(socket)),
  ({ socket }) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n', () => resetSocket(socket)),
  (attempt) => attempt.socket.write(cutShort(attempt), () => resetSocket(attempt.socket)),
  (attempt) => attempt.socket.end(cutShort(attempt)),
  answeredThen((attempt) => attempt.socket.end()),
  answeredThen(reset),
  answeredThen((attempt) => send(attempt, 200, shouted({ input: 'nobody asked' }))),
];

export const brokenConnections: Row = {
  name: 'connections that are refused, reset, cut short, closed behind an answer, or answer twice',
  group: 'upstream',
  unprotected: { env: { UPSTREAM_RETRIES: '0' }, fails: 'answered' },
  async run(lab) {
    const random = seededRandom(lab.seed);
    const faults = FAULTS.map((fault) => [0.04, fault] as const);
    const upstream = await lab.peer(oneOf(random, [...faults, [1 - 0.04 * FAULTS.length, honest(20)]]));
    upstream.onConnection((socket) => random() < 0.1 && resetSocket(socket));
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });

    const { answers } = await lab.unknown(gateway, 200, lab.ms(30_000));

    return [atLeast('answered', shareOf(answers, isRight), 0.999)];
  },
};

function answeredThen(next: Script): Script {
  return (attempt) => {
    send(attempt, 200, shouted(attempt));
    later(Math.random() * 10, attempt, () => next(attempt));
  };
}

function cutShort(attempt: Parameters<Script>[0]): Buffer {
  return answerBytes(200, shouted(attempt)).subarray(0, -5);
}

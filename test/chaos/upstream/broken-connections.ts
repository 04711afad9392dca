import { seededRandom } from '../../../src/shoutcloud/fault-plan.ts';
import type { Script } from '../tools/raw-peer.ts';
import { answerBytes, honest, later, oneOf, reset, send, shouted } from '../tools/replies.ts';
import { resetSocket } from '../tools/reset-socket.ts';
import { atLeast, exactly, type Row } from '../tools/row.ts';
import { isRight, shareOf, statusesOf } from '../tools/statistics.ts';

const insideHead: Script = ({ socket }) => {
  socket.write('HTTP/1.1 200 OK\r\nContent-Ty', () => resetSocket(socket));
};

const afterHead: Script = ({ socket }) => {
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n', () => resetSocket(socket));
};

const insideBody: Script = (attempt) => {
  const bytes = answerBytes(200, shouted(attempt));
  attempt.socket.write(bytes.subarray(0, bytes.length - 5), () => resetSocket(attempt.socket));
};

const endInsideBody: Script = (attempt) => {
  const bytes = answerBytes(200, shouted(attempt));
  attempt.socket.end(bytes.subarray(0, bytes.length - 5));
};

export const resets: Row = {
  name: 'connections reset before, inside and after the head, and inside the body',
  group: 'upstream',
  isShort: true,
  unprotected: { env: { UPSTREAM_RETRIES: '0' }, fails: 'answered' },
  async run(lab) {
    const faults = oneOf(seededRandom(lab.seed), [
      [0.05, reset],
      [0.05, insideHead],
      [0.05, afterHead],
      [0.05, insideBody],
      [0.05, endInsideBody],
      [0.75, honest(20)],
    ]);
    const upstream = await lab.peer(faults);
    const random = seededRandom(lab.seed + 1);
    upstream.onConnection((socket) => random() < 0.1 && resetSocket(socket));
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });

    const load = await lab.unknown(gateway, 200, lab.ms(4_000, 30_000));

    return [atLeast('answered', shareOf(load.answers, isRight), 0.999)];
  },
};

export const closedAfterAnswer: Row = {
  name: 'connection closed or reset 0-10 ms after each answer',
  group: 'upstream',
  isShort: false,
  unprotected: { env: { UPSTREAM_RETRIES: '0' }, fails: 'answered' },
  async run(lab) {
    const random = seededRandom(lab.seed);
    const upstream = await lab.peer((attempt) => {
      send(attempt, 200, shouted(attempt));
      const isReset = random() < 0.5;
      later(random() * 10, attempt, () => (isReset ? resetSocket(attempt.socket) : attempt.socket.end()));
    });
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });

    const load = await lab.unknown(gateway, 300, lab.ms(3_000, 30_000));

    return [atLeast('answered', shareOf(load.answers, isRight), 0.999)];
  },
};

export const unaskedAnswers: Row = {
  name: 'a second answer that nobody asked for, on the same connection',
  group: 'upstream',
  isShort: true,
  async run(lab) {
    const unasked = answerBytes(200, JSON.stringify({ INPUT: 'spy', OUTPUT: 'SPY' }));
    const upstream = await lab.peer((attempt) => {
      attempt.socket.write(Buffer.concat([answerBytes(200, shouted(attempt)), unasked]));
    });
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });

    const load = await lab.unknown(gateway, 100, 2_000);

    return [exactly('answers', statusesOf(load.answers), `200×${load.answers.length}`)];
  },
};

export const redirects: Row = {
  name: 'redirects 301 to 308',
  group: 'upstream',
  isShort: true,
  async run(lab) {
    const elsewhere = await lab.peer(honest());
    const upstream = await lab.peer(honest());
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });
    const codes = [300, 301, 302, 303, 304, 307, 308];

    const answers: string[] = [];
    for (const code of codes) {
      upstream.behave((attempt) => send(attempt, code, '', [`Location: ${elsewhere.url}/V1/SHOUT`]));
      const { status, code: error } = await lab.ask(gateway, `moved ${code}`);
      answers.push(`${status} ${error}`);
    }

    return [
      exactly('answers', [...new Set(answers)].join(), '503 UPSTREAM_UNREADABLE'),
      exactly('attempts', upstream.attempts.length, codes.length),
      exactly('requests elsewhere', elsewhere.attempts.length, 0),
    ];
  },
};

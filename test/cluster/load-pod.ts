import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadSample } from './load-sample.ts';

// Runs in a pod of the cluster, or beside it where an ingress controller is the way in: an open loop of requests, a line of
// JSON with the totals four times a second, until SIGTERM.
// Nothing is ever sent twice: what a caller of the service would see as an error counts as one.
const { TARGET = '', HOST_NAME = '', PER_SECOND = '100', TEXT_LENGTH = '20' } = process.env;
const TEXTS = 200;

// Connections are kept, and made anew after some requests, so that pods that come late get their share.
const REQUESTS_OF_A_CONNECTION = 50;
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const questions = Array.from({ length: TEXTS }, (_, index) => question(index, Number(TEXT_LENGTH)));
const failures: Record<string, number> = {};
let sent = 0;
let answered = 0;
let slowestMs = 0;
let isStopped = false;

process.once('SIGTERM', () => {
  isStopped = true;
});
const reports = setInterval(report, 250);
await load(Number(PER_SECOND));
clearInterval(reports);
report();
agent.destroy();

async function load(perSecond: number): Promise<void> {
  const pending = new Set<Promise<void>>();
  const startedAt = performance.now();
  for (; !isStopped; await sleep(5)) {
    const due = ((performance.now() - startedAt) / 1000) * perSecond;
    while (sent < due) {
      const asked: Promise<void> = ask(sent++).finally(() => pending.delete(asked));
      pending.add(asked);
    }
  }
  await Promise.all(pending);
}

async function ask(number: number): Promise<void> {
  const { body, expected } = questions[number % TEXTS] ?? question(0, 1);
  const startedAt = performance.now();
  const seen = await outcome(body, expected, number % REQUESTS_OF_A_CONNECTION === 0);
  slowestMs = Math.max(slowestMs, performance.now() - startedAt);
  answered++;
  if (seen !== '200') failures[seen] = (failures[seen] ?? 0) + 1;
}

async function outcome(body: string, expected: string, isLast: boolean): Promise<string> {
  try {
    const sent = request(new URL('/v1', TARGET), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        connection: isLast ? 'close' : 'keep-alive',
        ...(HOST_NAME && { host: HOST_NAME }),
      },
      agent,
      signal: AbortSignal.timeout(10_000),
    });
    sent.on('error', () => {});
    sent.end(body);
    const [answer]: IncomingMessage[] = await once(sent, 'response');
    if (!answer) return 'no answer';
    const said = await text(answer);
    if (answer.statusCode !== 200)
      return `${answer.statusCode} ${/"code":"(\w+)"/.exec(said)?.[1] ?? said.slice(0, 200)}`;
    return said === expected ? '200' : '200 with a wrong answer';
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return `${code}: ${message}`;
  }
}

/** Thumbs of a skin colour are two code points and one character each: the costly case of a reversal. */
function question(index: number, length: number): { body: string; expected: string } {
  const name = `text ${index}`;
  const thumbs = '👍🏽'.repeat(length);
  const expected = thumbs + [...name.toUpperCase()].reverse().join('');
  return { body: JSON.stringify({ data: name + thumbs }), expected: JSON.stringify({ data: expected }) };
}

function report(): void {
  const sample: LoadSample = { atMs: Date.now(), sent, answered, slowestMs, failures };
  process.stdout.write(`${JSON.stringify(sample)}\n`);
  slowestMs = 0;
}

import assert from 'node:assert/strict';
import { text as readText } from 'node:stream/consumers';
import { test } from 'node:test';
import { systemClock } from '../../../src/core/clock.ts';
import { verifiedUpperCase } from '../../../src/core/upper-case.ts';
import type { AttemptRequest } from '../../../src/upstream/http-transport.ts';
import { shoutcloudShouter } from '../../../src/upstream/shoutcloud-shouter.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { httpServer } from '../../support/http-server.ts';
import { endOf, layerUnderTest, soFar } from '../../support/layer.ts';
import { pick } from '../../support/pick.ts';
import { attempted, shouterFor } from './shoutcloud-attempt.ts';

for (const fault of ['reordered', 'no-input', 'slow=1', 'drip=1', 'close-after']) {
  test(`${fault} is odd, but a right answer`, async (t) => {
    const { shout, world } = await attempted(t, { faults: fault });

    const answer = await shout('hello');

    assert.deepEqual(answer, { text: 'HELLO', source: 'upstream', stored: false, collapsed: false });
    assert.deepEqual(pick(world.emitted('attempt'), 'outcome'), ['success']);
  });
}

for (const [outcome, output] of Object.entries({ success: 'A', wrong: 'B' })) {
  test(`an attempt that ends as ${outcome} is reported with its time, and so is a refused answer`, async (t) => {
    const clock = fakeClock();
    const { url } = await httpServer(t, async (_request, response) => {
      await clock.advance(7);
      response.end(JSON.stringify({ INPUT: 'a', OUTPUT: output }));
    });
    const { shout, world } = shouterFor(t, url, clock);

    await shout('a').catch(() => {});

    const refused = { type: 'verification-failed', source: 'upstream' };
    const attempt = { type: 'attempt', outcome, durationMs: 7 };
    assert.deepEqual(world.events, outcome === 'wrong' ? [refused, attempt] : [attempt]);
    assert.equal(clock.timers(), 0);
  });
}

for (const text of ['"OUTPUT":"X"', '\\"OUTPUT":', 'OUTPUT', '{"OUTPUT":"x"}', '\u0000\u001f\u2028<&>']) {
  test(`the text ${JSON.stringify(text)} does not confuse the reader of answers`, async (t) => {
    const { shout } = await attempted(t, {});

    assert.equal((await shout(text)).text, text.toUpperCase());
  });
}

test('an answer that came in time is right, although it is read after that', async (t) => {
  let timeIsUp = () => {};
  const { url } = await httpServer(t, (_request, response) => {
    response.end('{"OUTPUT":"A"}');
    timeIsUp();
  });
  const after = (_ms: number, run: () => void) => {
    timeIsUp = run;
    return () => {};
  };
  const { shout } = shouterFor(t, url, { ...systemClock, after, soon: () => () => {} });

  assert.equal((await shout('a')).text, 'A');
});

test('an answer without a request is never taken for the next one', async (t) => {
  const { shout } = await attempted(t, { faults: 'unasked' });
  const texts = ['one', 'two', 'three', 'four'];

  for (const text of texts) {
    const heard = await endOf(shout(text));
    assert.ok(heard === text.toUpperCase() || heard instanceof Error, String(heard));
  }
});

for (const [address, path, credentials] of [
  ['', '/V1/SHOUT', undefined],
  ['/base', '/base/V1/SHOUT', undefined],
  ['/base/', '/base/V1/SHOUT', undefined],
  ['user:word@', '/V1/SHOUT', 'user:word'],
  ['us%40er:50%25%3Aw%C3%B6rd@', '/V1/SHOUT', 'us@er:50%:wörd'],
  ['user@', '/V1/SHOUT', 'user:'],
  [':word@', '/V1/SHOUT', ':word'],
] as const) {
  test(`with "${address}" in the address, the request is the one that SHOUTCLOUD wants, to the byte`, async (t) => {
    const seen: unknown[] = [];
    const { url } = await httpServer(t, async (request, response) => {
      const { method, url, headers } = request;
      seen.push(method, url, headers['content-type'], headers.accept, headers.authorization);
      seen.push(await readText(request));
      response.end('{"INPUT":"hé","OUTPUT":"HÉ"}');
    });
    const addressed = address.endsWith('@')
      ? url.replace('http://', `http://${address}`)
      : `${url}${address}`;

    await shouterFor(t, addressed).shout('hé');

    const authorization = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
    const types = ['application/json', 'application/json'];
    assert.deepEqual(seen, ['POST', path, ...types, authorization, '{"INPUT":"hé"}']);
  });
}

test('an answer can escape every character', async (t) => {
  const text = 'a'.repeat(20_000);
  const escaped = (letter: string) => `\\u00${letter.charCodeAt(0).toString(16)}`.repeat(text.length);
  const { url } = await httpServer(t, (_request, response) =>
    response.end(`{"INPUT":"${escaped('a')}","OUTPUT":"${escaped('A')}"}`),
  );
  const { shout } = shouterFor(t, url);

  const answer = await shout(text);

  assert.ok(answer.text === text.toUpperCase());
});

test('an answer can be as long as twelve requests and 16 KiB, and a longer one is unreadable', async (t) => {
  const longest = 12 * '{"INPUT":"a"}'.length + 16_384;
  let bytes = longest;
  const { url } = await httpServer(t, (_request, response) =>
    response.end('{"INPUT":"a","OUTPUT":"A"}'.padEnd(bytes)),
  );
  const { shout } = shouterFor(t, url);

  const answer = await shout('a');
  bytes = longest + 1;

  assert.equal(answer.text, 'A');
  await assert.rejects(shout('a'), { failure: 'unreadable' });
});

test('a failed answer whose body never ends does not delay the end of its attempt', async (t) => {
  const { url } = await httpServer(t, (_request, response) => {
    response.writeHead(503);
    const fill = () => {
      while (response.write('x'.repeat(65_536)));
    };
    response.on('drain', fill);
    fill();
  });
  const { shout } = shouterFor(t, url);

  await assert.rejects(shout('a'), { failure: 'server_error' });
});

for (const [end, restMs] of [
  ['its answer has ended, so that the time limit covers the whole answer and the connection is free', 1000],
  ['its time is up, with the status and the pause of an answer whose body does not end', 120_000],
] as const) {
  test(`a failed attempt ends when ${end}`, async () => {
    const { shout, clock } = layerUnderTest((_, world) => {
      const send = async ({ signal }: AttemptRequest) => {
        const body = (async function* () {
          await world.clock.sleep(restMs, signal);
          yield Buffer.from('x');
        })();
        return { statusCode: 503, headers: { 'retry-after': '7' }, body, closeConnection: () => {} };
      };
      const options = { attemptTimeoutMs: 60_000, verify: verifiedUpperCase };
      return shoutcloudShouter({ send, close: async () => {} }, options, world);
    });
    const answer = shout('a');
    const ended = assert.rejects(answer, { failure: 'server_error', retryAfterMs: 7000 });

    const before = await soFar(answer);
    await clock.advance(60_000);

    assert.equal(before, 'waits');
    await ended;
  });
}

test('close() ends what is under way', async (t) => {
  const asked = Promise.withResolvers<void>();
  const { shout, transport } = await attempted(t, { faults: 'hang', onShout: () => asked.resolve() });
  const answer = assert.rejects(shout('a'), { failure: 'unreachable' });
  await asked.promise;

  await transport.close();

  await answer;
});

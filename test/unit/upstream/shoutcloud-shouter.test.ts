import assert from 'node:assert/strict';
import { text as readText } from 'node:stream/consumers';
import { test } from 'node:test';
import { leavableCall, testCall } from '../../support/call.ts';
import { httpServer } from '../../support/http-server.ts';
import { attempted, shouterFor } from './shoutcloud-attempt.ts';

for (const fault of ['reordered', 'no-input', 'slow=1', 'drip=1', 'close-after']) {
  test(`${fault} is odd, but a right answer`, async (t) => {
    const { shouter, world } = await attempted(t, { faults: fault });

    const shout = await shouter.shout('hello', testCall());

    assert.deepEqual(shout, { text: 'HELLO', source: 'upstream', stored: false, collapsed: false });
    assert.deepEqual(
      world.told('attempt').map(({ outcome }) => outcome),
      ['success'],
    );
  });
}

for (const text of ['"OUTPUT":"X"', '\\"OUTPUT":', 'OUTPUT', '{"OUTPUT":"x"}', '\u0000\u001f\u2028<&>']) {
  test(`the text ${JSON.stringify(text)} does not confuse the reader of answers`, async (t) => {
    const { shouter } = await attempted(t, {});

    assert.equal((await shouter.shout(text, testCall())).text, text.toUpperCase());
  });
}

test('an answer that nobody asked for is never taken for the next one', async (t) => {
  const { shouter } = await attempted(t, { faults: 'unasked' });
  const texts = ['one', 'two', 'three', 'four'];

  for (const text of texts) {
    const answer = Promise.resolve(shouter.shout(text, testCall()));
    const heard = await answer.then(
      (shout) => shout.text,
      () => 'failed',
    );
    assert.ok(heard === text.toUpperCase() || heard === 'failed', heard);
  }
});

test('the request is the one that SHOUTCLOUD wants, to the byte', async (t) => {
  const seen: unknown[] = [];
  const { url } = await httpServer(t, async (request, response) => {
    seen.push(request.method, request.url, request.headers['content-type'], await readText(request));
    response.end('{"INPUT":"hé","OUTPUT":"HÉ"}');
  });
  const { shouter } = shouterFor(t, url);

  await shouter.shout('hé', testCall());

  assert.deepEqual(seen, ['POST', '/V1/SHOUT', 'application/json', '{"INPUT":"hé"}']);
});

for (const base of ['/base', '/base/']) {
  test(`the path comes behind ${base}`, async (t) => {
    const paths: unknown[] = [];
    const { url } = await httpServer(t, (request, response) => {
      paths.push(request.url);
      response.end('{"OUTPUT":"A"}');
    });
    const { shouter } = shouterFor(t, `${url}${base}`);

    await shouter.shout('a', testCall());

    assert.deepEqual(paths, ['/base/V1/SHOUT']);
  });
}

test('an answer may escape every character', async (t) => {
  const text = 'a'.repeat(20_000);
  const escaped = (letter: string) => `\\u00${letter.charCodeAt(0).toString(16)}`.repeat(text.length);
  const { url } = await httpServer(t, (_request, response) =>
    response.end(`{"INPUT":"${escaped('a')}","OUTPUT":"${escaped('A')}"}`),
  );
  const { shouter } = shouterFor(t, url);

  const shout = await shouter.shout(text, testCall());

  assert.ok(shout.text === text.toUpperCase());
});

test('a failing answer with a body without end ends nevertheless', async (t) => {
  const { url } = await httpServer(t, (_request, response) => {
    response.writeHead(503);
    const fill = () => {
      while (response.write('x'.repeat(65_536)));
    };
    response.on('drain', fill);
    fill();
  });
  const { shouter } = shouterFor(t, url);

  await assert.rejects(async () => shouter.shout('a', testCall()), { failure: 'server_error' });
});

test('once sent, an attempt goes on when its caller leaves', async (t) => {
  const { call, leave } = leavableCall();
  const { shouter } = await attempted(t, { onShout: leave });

  assert.equal((await shouter.shout('hello', call)).text, 'HELLO');
});

test('connections are kept and reused', async (t) => {
  const { shouter, shoutcloud } = await attempted(t, {});

  for (const text of ['a', 'b', 'c']) await shouter.shout(text, testCall());

  assert.deepEqual([shoutcloud.calls, shoutcloud.maxConcurrentConnections], [3, 1]);
});

test('close() ends what is under way', async (t) => {
  const asked = Promise.withResolvers<void>();
  const { shouter, transport } = await attempted(t, { faults: 'hang', onShout: () => asked.resolve() });
  const answer = assert.rejects(async () => shouter.shout('a', testCall()), { failure: 'unreachable' });
  await asked.promise;

  await transport.close();

  await answer;
});

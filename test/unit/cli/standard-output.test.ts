import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { settled } from '../../support/fake-clock.ts';
import { soFar } from '../../support/layer.ts';
import { ran } from './shout-surroundings.ts';

/** A stream that takes nothing until `read` is called. `begun` resolves at the first write. */
function stalledReader() {
  const [begun, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let text = '';
  const stdout = new Writable({
    async write(chunk, _encoding, done) {
      begun.resolve();
      await go.promise;
      text += chunk;
      done();
    },
  });
  return { stdout, begun: begun.promise, read: go.resolve, text: () => text };
}

test('a command ends when all of its output is written, not before', async () => {
  const { stdout, begun, read, text } = stalledReader();
  const ended = ran(['--help'], { stdout });
  await begun;
  for (let i = 0; i < 20; i++) await settled();
  const before = await soFar(ended);

  read();

  assert.deepEqual([before, (await ended).exitCode], ['waits', 0]);
  assert.match(text(), /^Usage: tuohs[\s\S]*\n$/);
});

test('a signal ends the wait for a reader that stalls', async () => {
  const { stdout, begun } = stalledReader();

  const { exitCode } = await ran(['--help'], { stdout, interrupt: begun });

  assert.equal(exitCode, 130);
});

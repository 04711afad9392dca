import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { ReplyGuard } from '../../../src/cache/reply-guard.ts';
import { settled } from '../../support/fake-clock.ts';

const SLACK = 131_072;

test('replies as long as awaited pass', async () => {
  const { guard, arrives, isCut } = startGuard();
  guard.expect(1_000_000);

  await arrives(1_000_000);

  assert.equal(isCut(), false);
});

test('a little more than awaited passes, for there is more than replies on a connection', async () => {
  const { arrives, isCut } = startGuard();

  await arrives(SLACK);

  assert.equal(isCut(), false);
});

test('a reply that is far longer than awaited cuts the connection', async () => {
  const { guard, arrives, isCut } = startGuard();
  guard.expect(1000);

  await arrives(1000 + SLACK + 1);

  assert.equal(isCut(), true);
});

test('it is cut before the long reply is all there', async () => {
  const { arrives, isCut } = startGuard();

  await arrives(SLACK);
  const before = isCut();
  await arrives(1);

  assert.deepEqual([before, isCut()], [false, true]);
});

test('replies of many commands at once may be as long as all of them together', async () => {
  const { guard, arrives, isCut } = startGuard();
  for (let i = 0; i < 50; i++) guard.expect(100_000);

  await arrives(50 * 100_000);

  assert.equal(isCut(), false);
});

test('replies one after another are no long reply', async () => {
  const { guard, arrives, isCut } = startGuard();

  for (let i = 0; i < 50; i++) {
    const settle = guard.expect(100_000);
    await arrives(100_000);
    settle();
  }

  assert.equal(isCut(), false);
});

test('a new connection starts anew', async () => {
  const { guard, arrives } = startGuard();
  await arrives(SLACK);
  const next = new PassThrough();
  guard.watch(next, () => {});
  next.resume();

  next.write(Buffer.alloc(SLACK));
  await settled();

  assert.equal(next.destroyed, false);
});

function startGuard() {
  const guard = new ReplyGuard();
  const stream = new PassThrough();
  stream.on('error', () => {});
  guard.watch(stream, () => {});
  stream.resume();
  return {
    guard,
    isCut: () => stream.destroyed,
    async arrives(bytes: number) {
      stream.write(Buffer.alloc(bytes));
      await settled();
    },
  };
}

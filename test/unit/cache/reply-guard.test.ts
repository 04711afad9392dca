import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { ReplyGuard } from '../../../src/cache/reply-guard.ts';
import { settled } from '../../support/fake-clock.ts';

const SLACK = 131_072;

test('replies as long as awaited pass, however many at once', async () => {
  const { guard, arrives, faults, passed } = startGuard(50);
  for (let i = 0; i < 50; i++) guard.expect(100_000);

  for (let i = 0; i < 50; i++) await arrives(stringOf(100_000));

  assert.deepEqual(faults, []);
  assert.equal(passed(), 50 * stringOf(100_000).length);
});

test('a little more than awaited passes, for there is more than replies on a connection', async () => {
  const { arrives, faults } = startGuard(1);

  await arrives(stringOf(SLACK - 100));

  assert.deepEqual(faults, []);
});

test('a reply that is far longer than awaited is refused by its announcement', async () => {
  const { guard, arrives, faults, passed } = startGuard(1);
  guard.expect(1000);

  await arrives(`$${1000 + SLACK}\r\n`);

  assert.deepEqual(faults, ['oversized_value']);
  assert.equal(passed(), 0);
});

test('many short elements that are together far longer than awaited are refused', async () => {
  const { arrives, faults } = startGuard(1);
  await arrives('*100\r\n');

  for (let i = 0; i < 34; i++) await arrives(stringOf(4000));

  assert.deepEqual(faults.slice(0, 1), ['oversized_value']);
});

test('replies one after another are no long reply', async () => {
  const { guard, arrives, faults } = startGuard(1);

  for (let i = 0; i < 50; i++) {
    const settle = guard.expect(100_000);
    await arrives(stringOf(100_000));
    settle();
  }

  assert.deepEqual(faults, []);
});

for (const [what, asked, bytes] of [
  ['a reply when nothing was asked', 0, '+OK\r\n'],
  ['an unasked null', 0, '$-1\r\n'],
  ['an unasked null array', 0, '*-1\r\n'],
  ['the beginning of a reply when nothing was asked', 0, '$5\r\nHE'],
  ['one reply more than asked', 2, ':1\r\n:2\r\n$-1\r\n'],
  ['the beginning of one more', 1, '+OK\r\n$'],
  ['a push of the third version of the protocol', 1, '>1\r\n_\r\n'],
] as const) {
  test(`${what} is refused, and nothing of it is decoded`, async () => {
    const { arrives, faults, passed } = startGuard(asked);

    await arrives(bytes);

    assert.deepEqual(faults, ['protocol']);
    assert.equal(passed(), 0);
  });
}

test('a new connection starts anew', async () => {
  const { client, guard, arrives } = startGuard(2);
  await arrives('$5\r\nHE');
  client.stream = new PassThrough();
  let bytes = 0;
  client.stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  guard.watch(client, () => assert.fail());

  client.stream.write('+OK\r\n');
  await settled();

  assert.equal(bytes, 5);
});

function startGuard(asked: number) {
  const guard = new ReplyGuard();
  const client = { stream: new PassThrough(), commandQueue: { length: asked } };
  const faults: string[] = [];
  let passed = 0;
  client.stream.on('data', (chunk: Buffer) => {
    passed += chunk.length;
  });
  guard.watch(client, (fault) => faults.push(fault));
  return {
    client,
    guard,
    faults,
    passed: () => passed,
    async arrives(bytes: string) {
      client.stream.write(bytes, 'latin1');
      await settled();
    },
  };
}

function stringOf(length: number): string {
  return `$${length}\r\n${'x'.repeat(length)}\r\n`;
}

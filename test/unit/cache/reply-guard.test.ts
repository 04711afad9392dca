import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { ReplyFrames, replyGuard } from '../../../src/cache/reply-guard.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { fakeClock, settled } from '../../support/fake-clock.ts';

const SLACK = 131_072;

const REPLIES = [
  ...['+OK\r\n', '-ERR no such thing\r\n', ':0\r\n', ':-12\r\n', ':99999999999999999999\r\n'],
  ...['$5\r\nHELLO\r\n', '$4\r\n\r\n\r\n\r\n', '$0\r\n\r\n', '$-1\r\n'],
  ...['*0\r\n', '*-1\r\n', '*3\r\n$1\r\nA\r\n$-1\r\n:1\r\n', '*1\r\n-ERR inside\r\n'],
];

test('any replies are counted, however they are cut into chunks', () => {
  const someReplies = fc.array(fc.constantFrom(...REPLIES), { maxLength: 5 });
  fc.assert(
    fc.property(someReplies, fc.array(fc.nat(100), { maxLength: 4 }), (replies, cuts) => {
      const bytes = Buffer.from(replies.join(''));
      const ends = replies.map((_, i) => replies.slice(0, i + 1).join('').length);
      const frames = new ReplyFrames();
      let from = 0;
      for (const to of [...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b)) {
        const ended = ends.filter((end) => end > from && end <= to).length;
        const isPartial = to > 0 && !ends.includes(to);

        assert.equal(frames.read(bytes.subarray(from, to)), ended + Number(isPartial));
        from = to;
      }
    }),
  );
});

const FOREIGN = [
  ...['_\r\n', '#t\r\n', ',1.5\r\n', '(123\r\n', '%1\r\n+a\r\n+b\r\n', '~1\r\n+a\r\n', '>1\r\n_\r\n'],
  ...['=5\r\ntxt:a\r\n', '!5\r\nERR a\r\n', '|1\r\n+a\r\n+b\r\n'],
  ...['HTTP/1.1 400 Bad Request\r\n', '\x15\x03\x01\n', '\r\n', '\n', '+OK\n'],
  ...[':1e3\r\n', ':\r\n', ': 1\r\n', '$\r\n', '$-2\r\n', '$5x\r\n', '$99999999999\r\n', '$2\r\nABC\r\n'],
  ...['*1025\r\n', '*-2\r\n', '*1\r\n*1\r\n+a\r\n', `+${'x'.repeat(5000)}`],
];
for (const bytes of FOREIGN) {
  test(`${JSON.stringify(bytes.slice(0, 30))} is not a reply to any of our commands`, () => {
    assert.equal(new ReplyFrames().read(Buffer.from(bytes, 'latin1')), undefined);
  });
}

for (const [what, more, expected] of [
  ['128 KiB more than awaited pass', 0, []],
  ['one byte more than 128 KiB is refused', 1, ['oversized_value']],
] as const) {
  test(`${what}: a connection carries more than the bytes of replies`, async () => {
    const { guard, arrives, faults } = startGuard(1);
    guard.expect(1_000_000)();
    guard.expect(1000);
    const frameBytes = stringOf(100_000).length - 100_000;

    await arrives(stringOf(SLACK + 1000 - frameBytes + more));

    assert.deepEqual(faults, expected);
  });
}

/** Short elements. Two of these chunks together are longer than `SLACK`. */
const HALF = stringOf(4000).repeat(17);

for (const [what, asked, fault, ...chunks] of [
  ['a reply when nothing was asked', 0, 'protocol', '+OK\r\n'],
  ['an unasked null', 0, 'protocol', '$-1\r\n'],
  ['the beginning of a reply when nothing was asked', 0, 'protocol', '$5\r\nHE'],
  ['one reply more than asked', 2, 'protocol', ':1\r\n:2\r\n$-1\r\n'],
  ['the beginning of one more', 1, 'protocol', '+OK\r\n$'],
  ['a push of the third version of the protocol', 1, 'protocol', '>1\r\n_\r\n'],
  ['a reply far longer than awaited, when its length is known,', 1, 'oversized_value', `$${SLACK + 1}\r\n`],
  ['an array whose elements are together far longer', 1, 'oversized_value', '*100\r\n', ...[HALF, HALF]],
] as const) {
  test(`${what} is refused, and nothing of it is decoded`, async () => {
    const { arrives, faults, passed } = startGuard(asked);

    for (const chunk of chunks) await arrives(chunk);

    assert.deepEqual(faults, [fault]);
    assert.equal(passed(), chunks.slice(0, -1).join('').length);
  });
}

test('a new connection is read from its start', async () => {
  const { connect, arrives, faults, passed } = startGuard(2);
  await arrives(`$${SLACK - 100}\r\nHE`);
  await arrives('x'.repeat(SLACK - 200));
  const before = passed();

  connect();
  await arrives(stringOf(1000));

  assert.deepEqual([passed() - before, faults], [stringOf(1000).length, []]);
});

for (const [when, wait] of [
  [
    'a reply starts the time again for those after it',
    async ({ guard, clock }) => {
      for (const settle of [guard.expect(1), guard.expect(1), guard.expect(1)].slice(1)) {
        await clock.advance(1500);
        settle();
      }
    },
  ],
  [
    'the time before a reply is awaited does not count',
    async ({ guard, clock }) => {
      guard.expect(1)();
      await clock.advance(5000);
      guard.expect(1);
    },
  ],
] satisfies [string, (guard: ReturnType<typeof startGuard>) => Promise<void>][]) {
  test(`two seconds without an awaited reply are a fault: ${when}`, async () => {
    const started = startGuard(1);
    await wait(started);

    await started.clock.advance(1999);
    const before = [...started.faults];
    await started.clock.advance(1);

    assert.deepEqual([before, started.faults], [[], ['no_answer']]);
  });
}

test('silence is a fault only once everything that has arrived was read', async () => {
  const { guard, clock, faults } = startGuard(1, { soon: () => () => {} });
  guard.expect(1);

  await clock.advance(2000);

  assert.deepEqual(faults, []);
});

/** A guard of a connection on which ioredis waits for `asked` replies. */
function startGuard(asked: number, parts: Partial<Clock> = {}) {
  const clock = { ...fakeClock(), ...parts };
  const faults: string[] = [];
  const guard = replyGuard(clock, (fault) => faults.push(fault));
  let stream = new PassThrough();
  let passed = 0;
  connect();
  return {
    ...{ clock, guard, faults, connect },
    passed: () => passed,
    async arrives(bytes: string) {
      stream.write(bytes, 'latin1');
      await settled();
    },
  };

  function connect(): void {
    stream = new PassThrough();
    stream.on('data', ({ length }: Buffer) => {
      passed += length;
    });
    guard.watch({ stream, commandQueue: { length: asked } });
  }
}

function stringOf(length: number): string {
  return `$${length}\r\n${'x'.repeat(length)}\r\n`;
}

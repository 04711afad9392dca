import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byteBudget, HeldBytes } from '../../../src/http/limits/held-bytes.ts';
import { pick } from '../../support/pick.ts';
import { testWorld } from '../../support/world.ts';

const MOST = 160_000;
/** The bytes that a head counts as: 4 KiB, its characters, and 56 bytes for each name and each value of a header. */
const HEAD = 4096 + 2 * 56 + '/v1hostx'.length;

for (const [share, most] of [
  ['small', 180_000],
  ['body', 160_000],
  ['large', 150_000],
  ['waiting', 140_000],
  ['bulk', 120_000],
  ['ahead', 80_000],
] as const) {
  test(`with a budget of 160,000 bytes, bytes of the share "${share}" can fill it up to ${most}`, () => {
    const budget = byteBudget(MOST, () => {}, testWorld());

    assert.doesNotThrow(() => budget.makeRoom(most, share));
    assert.throws(() => budget.makeRoom(most + 1, share), { code: 'OVERLOADED' });
  });
}

test('clients are cut off only if the budget has no room, and then for a sixteenth of it at least', async () => {
  const freed: number[] = [];
  const world = testWorld();
  const budget = byteBudget(MOST, (bytes) => void freed.push(bytes), world);
  budget.bytes = 150_000;
  budget.makeRoom(10_000, 'body');

  for (const more of [10_001, 30_000]) {
    assert.throws(() => budget.makeRoom(more, 'body'));
    await world.clock.advance(10);
  }

  assert.deepEqual(freed, [10_000, 20_000]);
});

test('no client is cut off for requests that are sent ahead', () => {
  const budget = byteBudget(MOST, () => assert.fail(), testWorld());

  assert.throws(() => budget.makeRoom(MOST, 'ahead'), { code: 'OVERLOADED' });
});

test('after a search for slow clients that freed too little, there is none for 10 ms; a search that freed enough has no such pause', async () => {
  const searches: number[] = [];
  const world = testWorld();
  const budget = byteBudget(
    MOST,
    (_bytes, nowMs) => {
      searches.push(nowMs);
      budget.bytes = 0;
    },
    world,
  );
  budget.bytes = MOST;
  budget.makeRoom(MOST, 'body');

  for (const waitMs of [9, 1, 0]) {
    assert.throws(() => budget.makeRoom(MOST + 1, 'body'), { code: 'OVERLOADED' });
    await world.clock.advance(waitMs);
  }

  assert.deepEqual(searches, [1000, 1000, 1010]);
});

for (const [what, bytes, header, isLet] of [
  ['1400 bytes', 1400, 'x', true],
  ['1401 bytes', 1401, 'x', false],
  ['no bytes with a long head', 0, 'x'.repeat(9000), false],
] as const) {
  test(`a body of ${what} is${isLet ? '' : ' not'} small enough to get in beyond the budget`, () => {
    const { held } = start({ header, filled: MOST });
    const hold = () => held.set(bytes, 'body');

    if (isLet) assert.doesNotThrow(hold);
    else assert.throws(hold, { code: 'OVERLOADED' });
  });
}

for (const [bytes, most] of [
  [65_536, MOST],
  [65_537, 150_000],
] as const) {
  test(`a body of ${bytes} bytes can fill the budget up to ${most} of 160,000 bytes`, () => {
    const [fits, isTooMuch] = [most, most + 1].map((sum) => start({ filled: sum - bytes }).held);

    assert.doesNotThrow(() => fits?.set(bytes, 'body'));
    assert.throws(() => isTooMuch?.set(bytes, 'body'), { code: 'OVERLOADED' });
  });
}

test('a request that gives bytes back is never refused', () => {
  const { budget, held } = start({});
  held.set(5000, 'body');
  budget.bytes = 2 * MOST;

  assert.doesNotThrow(() => held.set(4000, 'body'));
});

test('an answer is refused if there is no room and it takes over 16 KiB more than its request', () => {
  const { held } = start({ filled: MOST });
  const { held: withRoom } = start({ filled: MOST - 20_000 });
  for (const each of [held, withRoom]) each.set(1000, 'body');

  assert.doesNotThrow(() => held.askForAnswer(1000 + 16_384));
  assert.throws(() => held.askForAnswer(1001 + 16_384), { code: 'OVERLOADED' });
  assert.doesNotThrow(() => withRoom.askForAnswer(1001 + 16_384));
});

test('a head of over 512 characters is much work to read, until it is dropped', () => {
  const lengths = [512, 513].map((length) => start({ header: 'x'.repeat(length - '/v1host'.length) }).held);
  const before = pick(lengths, 'longHead');

  for (const held of lengths) held.dropHeaders();

  assert.deepEqual([...before, ...pick(lengths, 'longHead')], [0, 513, 0, 0]);
});

test('bytes that nothing has asked for yet are held in addition to all others, even when the headers are dropped', () => {
  const { held, budget } = start();
  held.setHead(false);

  held.setUnread(130_000);
  held.set(500, 'body');
  const before = held.bytes - HEAD;
  held.dropHeaders();
  held.set(0, 'body');

  assert.equal(before, 130_500);
  assert.equal(budget.bytes, 4096 + 130_000);
});

test('a body that is cut off to make room for itself gives back what is held for it once', () => {
  const { held, budget } = start({ cutSlowest: (each) => each.setUnread(0) });
  held.setHead(false);
  held.setUnread(60_000);
  budget.bytes = MOST;

  held.setUnread(70_000);
  held.setUnread(0);
  held.setAnswer(100);

  assert.equal(held.bytes, HEAD + 100);
});

test('what arrives of the body of a request that is sent ahead can fill half of the budget', () => {
  const { held } = start();
  held.setHead(true);

  assert.doesNotThrow(() => held.setUnread(80_000 - HEAD));
  assert.throws(() => held.setUnread(80_001 - HEAD), { code: 'OVERLOADED' });
});

test('once a request has ended, nothing is refused or held for it', () => {
  const { held, budget } = start({ filled: MOST });
  const { bytes } = budget;
  held.end();

  held.set(5000, 'body');

  assert.equal(budget.bytes, bytes);
});

/** A budget and a request with this header. When the head of the request is held, `filled` bytes of the budget are used. */
function start({ header = 'x', filled = HEAD, cutSlowest = (_held: HeldBytes) => {} } = {}) {
  const budget = byteBudget(MOST, () => cutSlowest(held), testWorld());
  budget.bytes = filled - HEAD;
  const held = new HeldBytes(budget, { url: '/v1', rawHeaders: ['host', header] });
  return { budget, held };
}

import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { TuohsError } from '../../../src/core/errors.ts';
import { BodyPieces, free } from '../../../src/http/body-pieces.ts';
import { RequestBody } from '../../../src/http/request-body.ts';
import { pick } from '../../support/pick.ts';
import { testWorld } from '../../support/world.ts';

// Bodies are freed by hand: in one turn of the event loop, clients can send more than the memory of the pod, and V8 frees it too late.
type Held = ConstructorParameters<typeof RequestBody>[1];
type Step = (body: RequestBody) => void;
const FULL = { set: noRoom, setUnread: (bytes: number) => bytes > 0 && noRoom() };
const WITH_ROOM = { set() {}, setUnread() {} };
const READING = { maxBytes: 1_000_000, use: fails, fail: () => {} };
const breakIt: Step = (body) => body.break(new TuohsError('BAD_INPUT', 'bad chunk'));
const UNWANTED: Readonly<Record<string, readonly [held: Held, before: Step, after?: Step]>> = {
  'is thrown away': [FULL, (body) => void body.discard(1_000_000, testWorld().clock)],
  'has no room': [FULL, (body) => body.read(READING)],
  'will never be whole': [FULL, breakIt],
  'has no room before anything asks for it': [FULL, () => {}],
  'breaks while it is read': [WITH_ROOM, (body) => body.read(READING), breakIt],
  'breaks before anything asks for it': [WITH_ROOM, () => {}, breakIt],
  'was joined with others': [
    WITH_ROOM,
    (body) => body.read({ ...READING, use: () => {} }),
    (body) => {
      body.take(Buffer.from('another'));
      body.arrived();
    },
  ],
};

test('a piece that shares its memory is not freed', () => {
  const piece = Buffer.from(new ArrayBuffer(65_537), 0, 65_536);

  free([piece]);

  assert.equal(piece.byteLength, 65_536);
});

for (const [what, [held, before, after]] of Object.entries(UNWANTED)) {
  test(`a piece of a body that ${what} is freed at once`, () => {
    const piece = Buffer.from(new ArrayBuffer(65_536));
    const body = chunkedBody(held);

    before(body);
    body.take(piece);
    after?.(body);

    assert.equal(piece.byteLength, 0);
  });
}

test('a body that is in use when its client leaves is not freed, and does not fail', () => {
  const piece = Buffer.from(new ArrayBuffer(65_536));
  const body = chunkedBody(WITH_ROOM);
  body.read({ ...READING, use: () => {}, fail: fails });
  body.take(piece);
  body.arrived();

  breakIt(body);

  assert.equal(piece.byteLength, 65_536);
});

test('of a body that nothing has asked for yet, 64 KiB are read', () => {
  const body = chunkedBody(WITH_ROOM);

  assert.deepEqual(
    [65_535, 1].map((bytes) => body.take(Buffer.alloc(bytes))),
    [true, false],
  );
});

test('the rest of a body is thrown away up to the limit, piece by piece, and no further', async () => {
  const body = chunkedBody(WITH_ROOM);
  const pieces = Array.from({ length: 4 }, () => Buffer.from(new ArrayBuffer(32_768)));

  const isWhole = body.discard(65_536, testWorld().clock);
  const goesOn = pieces.map((each) => body.take(each));

  assert.deepEqual(goesOn, [true, true, false, false]);
  assert.ok(pieces.every(({ byteLength }) => byteLength === 0));
  assert.equal(await isWhole, false);
});

test('a body of which 64 KiB have arrived is read on when it is thrown away, and they count', async () => {
  let resumed = 0;
  const body = chunkedBody(WITH_ROOM, () => resumed++);
  body.take(Buffer.alloc(65_536));

  const isWhole = body.discard(65_537, testWorld().clock);
  const goesOn = [1, 1].map((bytes) => body.take(Buffer.alloc(bytes)));

  assert.deepEqual([resumed, goesOn, await isWhole], [1, [true, false], false]);
});

test('the rest of a body is awaited for a second, and is not whole then', async () => {
  const { clock } = testWorld();

  const isWhole = chunkedBody(WITH_ROOM).discard(65_536, clock);
  await clock.advance(1000);

  assert.equal(await isWhole, false);
});

test('short pieces after the first are copied into blocks, whether they are awaited or not, and long ones are not', () => {
  let whole = '';
  const unread: number[] = [];
  const held = { set() {}, setUnread: (bytes: number) => void unread.push(bytes) };
  const body = chunkedBody(held);
  const take = (text: string) => {
    const piece = Buffer.from(text);
    body.take(piece);
    piece.fill('-');
  };

  for (const text of ['a', 'b'.repeat(8191), 'c'.repeat(8192), 'd'.repeat(8193), 'e']) take(text);
  const use = (all: Buffer) => {
    whole = `${all}`;
  };
  body.read({ maxBytes: 50_000, use, fail: fails });
  assert.deepEqual(unread, [1, 8192, 16_384, 24_577, 24_578, 0]);
  for (const text of ['f', 'g'.repeat(8192), 'h']) take(text);
  body.arrived();

  const taken = ['-', 'b'.repeat(8191), '-'.repeat(8192), '-'.repeat(8193), 'ef', '-'.repeat(8192), 'h'];
  assert.equal(whole, taken.join(''));
});

test('a piece that was copied is freed at once, unless it is very short or a part of a larger buffer', () => {
  const pieces = new BodyPieces(Buffer.from('x'));
  const added = [512, 511].map((bytes) => Buffer.allocUnsafeSlow(bytes));
  const part = Buffer.allocUnsafeSlow(1024).subarray(1);

  for (const piece of [...added, part]) pieces.add(piece);

  assert.deepEqual(pick([...added, part], 'length'), [0, 511, 1023]);
});

test('the blocks of a body are freed when it is joined or refused, even if they have room left', () => {
  for (const end of ['joined', 'free'] as const) {
    const pieces = new BodyPieces(Buffer.from('x'));
    for (let count = 0; count < 100; count++) pieces.add(Buffer.alloc(700));
    const blocks = pieces.parts.slice(1);

    pieces[end]();

    assert.deepEqual(pick(blocks, 'length'), [0, 0]);
  }
});

test('short pieces take a third more memory than their bytes at most, in blocks that grow to 64 KiB', () => {
  const pieces = new BodyPieces(Buffer.from('x'));
  let blocks: number[] = [];

  for (let bytes = 64; bytes <= 100_000; bytes += 64) {
    pieces.add(Buffer.alloc(64));
    blocks = pieces.parts.slice(1).map(({ buffer }) => buffer.byteLength);
    assert.ok(blocks.reduce((sum, each) => sum + each) < 256 + bytes * 1.33, `${bytes}: ${blocks}`);
    if (bytes === 64) assert.deepEqual(blocks, [256]);
  }

  assert.deepEqual([blocks.length, blocks[0]], [2, 65_536]);
});

function chunkedBody(held: Held, readOn = () => {}): RequestBody {
  const request = new IncomingMessage(new Socket());
  request.headers['transfer-encoding'] = 'chunked';
  return new RequestBody(request, held, { manyPieces() {}, skipPacket() {}, readOn });
}

function noRoom(): never {
  throw new TuohsError('OVERLOADED', 'no room');
}

function fails(): never {
  throw new Error('it must not be used');
}

import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { TuohsError } from '../../../src/core/errors.ts';
import { free, RequestBody } from '../../../src/http/request-body.ts';
import { testWorld } from '../../support/world.ts';

// In one turn of the event loop, many clients can send more than the memory of the pod. V8 would free it too late.
const reader = { run: (step: () => unknown) => void step(), fail: () => {} };
const withRoom = { ...reader, held: { set: () => {} } };
const UNWANTED: Readonly<
  Record<string, readonly [begin: (body: RequestBody) => void, end?: (body: RequestBody) => void]>
> = {
  'is thrown away': [(body) => void body.discard(1_000_000, testWorld().clock)],
  'has no room': [(body) => body.read(1_000_000, { ...reader, held: { set: noRoom } }, fails)],
  'will never be whole': [(body) => body.break(new TuohsError('BAD_INPUT', 'bad chunk'))],
  'breaks while it is read': [
    (body) => body.read(1_000_000, withRoom, fails),
    (body) => body.break(new TuohsError('BAD_INPUT', 'bad chunk')),
  ],
  'was joined with others': [
    (body) => body.read(1_000_000, withRoom, () => undefined),
    (body) => {
      body.take(Buffer.from('another'));
      body.arrived();
    },
  ],
  'has no room before anything asks for it': [() => {}],
};

test('a piece that shares its memory is not freed', () => {
  const piece = Buffer.from(new ArrayBuffer(65_537), 0, 65_536);

  free([piece]);

  assert.equal(piece.byteLength, 65_536);
});

for (const [what, [begin, end]] of Object.entries(UNWANTED)) {
  test(`a piece of a body that ${what} is freed at once`, () => {
    const piece = Buffer.from(new ArrayBuffer(65_536));
    const request = new IncomingMessage(new Socket());
    request.headers['transfer-encoding'] = 'chunked';
    const body = new RequestBody(request, { setUnread: (bytes) => bytes > 0 && noRoom() }, () => {});

    begin(body);
    body.take(piece);
    end?.(body);

    assert.equal(piece.byteLength, 0);
  });
}

test('short pieces of a body are copied into blocks, whether they are awaited or not, and long ones are not', () => {
  const request = new IncomingMessage(new Socket());
  request.headers['transfer-encoding'] = 'chunked';
  let whole = '';
  const body = new RequestBody(request, { setUnread() {} }, () => {});
  const take = (text: string) => {
    const piece = Buffer.from(text);
    body.take(piece);
    piece.fill('-');
  };

  for (const text of ['a', 'b'.repeat(1023), 'c'.repeat(1024), 'd'.repeat(1025), 'e']) take(text);
  body.read(10_000, { held: { set() {} }, run: (step) => void step(), fail: fails }, (all) => {
    whole = `${all}`;
    return undefined;
  });
  for (const text of ['f', 'g'.repeat(1024), 'h']) take(text);
  body.arrived();

  const taken = ['a', 'b'.repeat(1023), '-'.repeat(1024), '-'.repeat(1025), 'ef', '-'.repeat(1024), 'h'];
  assert.equal(whole, taken.join(''));
});

function noRoom(): never {
  throw new TuohsError('OVERLOADED', 'no room');
}

function fails(): never {
  throw new Error('it must not be used');
}

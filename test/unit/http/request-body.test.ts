import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { TuohsError } from '../../../src/core/errors.ts';
import { RequestBody } from '../../../src/http/request-body.ts';
import { testWorld } from '../../support/world.ts';

// In one turn of the event loop a crowd can send more than the pod's memory has room for, and V8 would free it later.
const UNWANTED: Readonly<Record<string, (body: RequestBody) => void>> = {
  'is thrown away': (body) => void body.discard(1_000_000, testWorld().clock),
  'has no room': (body) => body.read(1_000_000, { held: { set: noRoom }, run: fails, fail: () => {} }, fails),
  'will never be whole': (body) => body.break(new TuohsError('BAD_INPUT', 'bad chunk')),
  'has no room before anything asks for it': () => {},
};

for (const [what, begin] of Object.entries(UNWANTED)) {
  test(`a piece of a body that ${what} is freed at once`, () => {
    const piece = Buffer.from(new ArrayBuffer(65_536));
    const request = new IncomingMessage(new Socket());
    request.headers['transfer-encoding'] = 'chunked';
    const body = new RequestBody(request, { setUnread: (bytes) => bytes > 0 && noRoom() }, () => {});

    begin(body);
    body.take(piece);

    assert.equal(piece.byteLength, 0);
  });
}

for (const [when, begin] of [
  ['before anything asks for it', () => {}],
  ['while it is read', (body) => body.read(2 ** 30, { held: { set() {} }, run: fails, fail: fails }, fails)],
] as readonly [string, (body: RequestBody) => void][]) {
  test(`the pieces of a body that arrives in many are joined ${when}`, () => {
    const request = new IncomingMessage(new Socket());
    request.headers['transfer-encoding'] = 'chunked';
    const body = new RequestBody(request, { setUnread() {} }, () => {});
    const pieces = Array.from({ length: 257 }, () => Buffer.from(new ArrayBuffer(16_384)));

    begin(body);
    for (const piece of pieces) body.take(piece);

    assert.ok(pieces.every(({ byteLength }) => byteLength === 0));
  });
}

function noRoom(): never {
  throw new TuohsError('OVERLOADED', 'no room');
}

function fails(): never {
  throw new Error('it must not be used');
}

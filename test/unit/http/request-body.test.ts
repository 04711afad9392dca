import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { TuohsError } from '../../../src/core/errors.ts';
import { RequestBody } from '../../../src/http/request-body.ts';
import { testWorld } from '../../support/world.ts';

// In one turn of the event loop, many clients can send more than the memory of the pod. V8 would free it too late.
const UNWANTED: Readonly<Record<string, (body: RequestBody) => void>> = {
  'is thrown away': (body) => void body.discard(1_000_000, testWorld().clock),
  'has no room': (body) => body.read(1_000_000, { held: { set: noRoom }, run: fails, fail: () => {} }, fails),
  'nobody wants': () => {},
};

for (const [what, begin] of Object.entries(UNWANTED)) {
  test(`a piece of a body that ${what} is freed at once`, () => {
    const piece = Buffer.from(new ArrayBuffer(65_536));
    const request = new IncomingMessage(new Socket());
    request.headers['transfer-encoding'] = 'chunked';
    const body = new RequestBody(request, () => {});

    begin(body);
    body.take(piece);

    assert.equal(piece.byteLength, 0);
  });
}

function noRoom(): never {
  throw new TuohsError('OVERLOADED', 'no room');
}

function fails(): never {
  throw new Error('it must not be used');
}

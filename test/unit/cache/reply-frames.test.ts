import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReplyFrames } from '../../../src/cache/reply-guard.ts';

const REPLIES = [
  '+OK\r\n',
  '-ERR no such thing\r\n',
  ':0\r\n',
  ':-12\r\n',
  ':99999999999999999999\r\n',
  '$5\r\nHELLO\r\n',
  '$4\r\n\r\n\r\n\r\n',
  '$0\r\n\r\n',
  '$-1\r\n',
  '*0\r\n',
  '*-1\r\n',
  '*3\r\n$1\r\nA\r\n$-1\r\n:1\r\n',
  '*1\r\n-ERR inside\r\n',
];
for (const reply of REPLIES) {
  test(`${JSON.stringify(reply)} is one reply, however it is cut into pieces`, () => {
    for (let at = 0; at <= reply.length; at++) {
      const frames = new ReplyFrames();

      const first = frames.read(Buffer.from(reply.slice(0, at)));
      const second = frames.read(Buffer.from(reply.slice(at)));

      const isBegun = at > 0 && at < reply.length;
      assert.deepEqual(first, { ended: Number(at === reply.length), isPartial: isBegun }, `${at}`);
      assert.deepEqual(second, { ended: Number(at < reply.length), isPartial: false }, `${at}`);
    }
  });
}

test('replies that arrive together are counted', () => {
  const frames = new ReplyFrames();

  const read = frames.read(Buffer.from(`${REPLIES.join('')}$5\r\nHE`));

  assert.deepEqual(read, { ended: REPLIES.length, isPartial: true });
  assert.equal(frames.bytesLeft, 3);
});

const FOREIGN = [
  '_\r\n',
  '#t\r\n',
  ',1.5\r\n',
  '(123\r\n',
  '%1\r\n+a\r\n+b\r\n',
  '~1\r\n+a\r\n',
  '>1\r\n_\r\n',
  '=5\r\ntxt:a\r\n',
  '!5\r\nERR a\r\n',
  '|1\r\n+a\r\n+b\r\n',
  'HTTP/1.1 400 Bad Request\r\n',
  '\x15\x03\x01\n',
  '\r\n',
  '\n',
  '+OK\n',
  ':1e3\r\n',
  ':\r\n',
  ': 1\r\n',
  '$\r\n',
  '$-2\r\n',
  '$5x\r\n',
  '$99999999999\r\n',
  '$2\r\nABC\r\n',
  '*1025\r\n',
  '*-2\r\n',
  '*1\r\n*1\r\n+a\r\n',
  `+${'x'.repeat(5000)}`,
];
for (const bytes of FOREIGN) {
  test(`${JSON.stringify(bytes.slice(0, 30))} is no reply to any of our commands`, () => {
    assert.equal(new ReplyFrames().read(Buffer.from(bytes, 'latin1')), undefined);
  });
}

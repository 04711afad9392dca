import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Store } from '../../src/core/shouter.ts';
import { simpleUpperCase } from '../../src/core/upper-case.ts';
import { memoryStore } from '../../src/upstream/cached-shouter.ts';
import { redisServer, skipWithoutRedis } from '../support/redis-server.ts';
import { connectedRedisStore } from '../unit/cache/redis-under-test.ts';

const TEXTS = {
  'a plain text': 'hello',
  'a text beyond Latin-1': 'жук 👨‍👩‍👧 e\u0301',
  'a text with control characters': 'a\0b\r\nc',
  'a long text': 'long '.repeat(20_000),
  'a text that the object prototype knows': '__proto__',
};

storeContract('memory store', () => memoryStore({ maxBytes: 4_000_000 }));

if (skipWithoutRedis) {
  test('redis store', { skip: skipWithoutRedis });
} else {
  storeContract('redis store', async (t) => {
    const server = await redisServer(t);
    const { store } = await connectedRedisStore(t, server.url, server);
    return store;
  });
}

/** The promises of every `Store`. The store knows none of these texts, and ends with the test. */
function storeContract(name: string, makeStore: (t: TestContext) => Store | Promise<Store>): void {
  test(`${name}: a text that was never stored is unknown`, async (t) => {
    const store = await makeStore(t);

    assert.equal(await store.get('never stored'), undefined);
  });

  for (const [what, text] of Object.entries(TEXTS)) {
    test(`${name}: ${what} is kept`, async (t) => {
      const store = await makeStore(t);

      assert.equal(store.set(text, simpleUpperCase(text)), true);

      assert.equal(await store.get(text), simpleUpperCase(text));
    });
  }

  test(`${name}: texts do not mix`, async (t) => {
    const store = await makeStore(t);

    for (const text of ['one', 'two', 'one']) store.set(text, text.toUpperCase());

    assert.deepEqual([await store.get('one'), await store.get('two')], ['ONE', 'TWO']);
    assert.equal(await store.get('ONE'), undefined);
  });
}

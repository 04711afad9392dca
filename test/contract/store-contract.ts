import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Store } from '../../src/core/shouter.ts';
import { simpleUpperCase } from '../../src/core/upper-case.ts';

/** A store that is empty, or at least knows none of the texts of this suite; it ends with the test. */
export type MakeStore = (test: TestContext) => Store | Promise<Store>;

/** What every `Store` promises. */
export function storeContract(name: string, makeStore: MakeStore): void {
  test(`${name}: a text that nobody stored is unknown`, async (t) => {
    const store = await makeStore(t);

    assert.equal(await store.get('never stored'), undefined);
  });

  const texts = {
    'a plain text': 'hello',
    'a text beyond Latin-1': 'жук 👨‍👩‍👧 e\u0301',
    'a text with control characters': 'a\0b\r\nc',
    'a long text': 'long '.repeat(20_000),
    'a text that the object prototype knows': '__proto__',
  };
  for (const [what, text] of Object.entries(texts)) {
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

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { StateStore, WatchState } from '../../src/watch/state-store.ts';

/** A store with nothing in it, which ends with the test. */
export type MakeStateStore = (test: TestContext) => StateStore | Promise<StateStore>;

const STATE: WatchState = {
  version: 1,
  url: 'https://shout.example/ü',
  status: 'down',
  since: '2030-01-01T00:00:00.000Z',
  contrary: { rounds: 1, since: '2030-01-01T00:01:00.000Z' },
  owed: [
    [],
    [
      {
        ...{ status: 'down', url: 'https://shout.example/ü', cause: 'upstream', reason: 'because' },
        ...{ since: '2030-01-01T00:00:00.000Z', at: '2030-01-01T00:00:30.000Z' },
        ...{ freshMs: 600, knownMs: 3, downMs: null },
      },
    ],
  ],
};

/** What every `StateStore` promises. */
export function stateStoreContract(name: string, makeStore: MakeStateStore): void {
  test(`${name}: what nobody saved is nothing`, async (t) => {
    const store = await makeStore(t);

    assert.equal(await store.load(), undefined);
  });

  test(`${name}: a state comes back whole, and the last one counts`, async (t) => {
    const store = await makeStore(t);
    const next: WatchState = { ...STATE, status: 'up', contrary: null, owed: [] };

    await store.save(STATE);
    const first = await store.load();
    await store.save(next);

    assert.deepEqual([first, await store.load()], [STATE, next]);
  });
}

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileStateStore } from '../../../src/watch/state-store.ts';
import type { WatchState } from '../../../src/watch/watch-state.ts';
import { folder } from '../../support/folder.ts';
import { FIRST_STATE, recordedEvents } from './watch-under-test.ts';

const DOWN = {
  ...{ status: 'down', url: FIRST_STATE.url, cause: 'upstream', reason: 'because' },
  ...{ since: FIRST_STATE.since, at: FIRST_STATE.since, freshMs: 600, knownMs: 3, downMs: null },
};

const { since } = FIRST_STATE;
const BROKEN = [
  ...['', '{', 'null', '{}'],
  ...[
    ...[{ version: 2 }, { since: 'once' }, { url: undefined }, { status: 'gone' }, { contrary: undefined }],
    ...[0, 1.5].map((rounds) => ({ contrary: { rounds, since } })),
    ...[{ contrary: { rounds: 1, since: 'once' } }, { owed: {} }, { owed: [{}] }, { owed: [[null]] }],
    ...Object.keys(DOWN).map((field) => ({ owed: [[DOWN, { ...DOWN, [field]: ['another type'] }]] })),
  ].map((change) => JSON.stringify({ ...FIRST_STATE, ...change })),
];
for (const content of BROKEN) {
  test(`a file that holds ${content || 'nothing'} is reported, and is not a state`, async (t) => {
    const { path, store, events } = await storeIn(t);
    await writeFile(path, content);

    assert.equal(await store.load(), undefined);
    assert.deepEqual(events, [{ type: 'state-broken' }]);
  });
}

test('a state comes back whole, and the last one counts', async (t) => {
  const { store, events } = await storeIn(t);
  const down = { ...FIRST_STATE, contrary: { rounds: 1, since }, owed: [[], [DOWN, DOWN]] } as WatchState;

  const loaded = [await store.load()];
  for (const state of [down, FIRST_STATE]) {
    await store.save(state);
    loaded.push(await store.load());
  }

  assert.deepEqual([loaded, events], [[undefined, down, FIRST_STATE], []]);
});

test('the file is readable JSON, only for its owner, and no other file is left', async (t) => {
  const { path, store, files } = await storeIn(t);
  // At first, other users can read both files. The second file is what a watch leaves if it is killed while it saves.
  for (const each of [path, `${path}.${process.pid}.tmp`]) await writeFile(each, '', { mode: 0o644 });

  await store.save(FIRST_STATE);

  assert.equal(await readFile(path, 'utf8'), `${JSON.stringify(FIRST_STATE, undefined, 2)}\n`);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await files(), ['state.json']);
});

test('a state that cannot be read or saved rejects, and nothing is left behind', async (t) => {
  const { path, store, files } = await storeIn(t);
  await mkdir(join(path, 'in the way'), { recursive: true });

  await assert.rejects(store.save(FIRST_STATE));
  await assert.rejects(store.load(), /EISDIR/);

  assert.deepEqual(await files(), ['state.json']);
});

test('a link to the file stays a link', async (t) => {
  const { path, store } = await storeIn(t);
  await writeFile(`${path}.target`, '');
  await symlink(`${path}.target`, path);

  await store.save(FIRST_STATE);

  assert.ok((await lstat(path)).isSymbolicLink());
  assert.deepEqual(JSON.parse(await readFile(`${path}.target`, 'utf8')), FIRST_STATE);
});

test('on a disk with room for only a part of a state, the old one stays', async (t) => {
  const { path } = await storeIn(t);
  await writeFile(path, 'the old one');
  const large = JSON.stringify({ ...FIRST_STATE, url: `http://${'x'.repeat(100_000)}` });
  const script = `import { fileStateStore } from './src/watch/state-store.ts';
    await fileStateStore(${JSON.stringify(path)}, { emit() {} }).save(${large}).catch((error) => console.log(error.code));`;

  const node = `exec "${process.execPath}" --input-type=module --eval "$0"`;
  const { stdout } = spawnSync('sh', ['-c', `ulimit -f 20; ${node}`, script], { encoding: 'utf8' });

  assert.equal(stdout, 'EFBIG\n');
  assert.equal(await readFile(path, 'utf8'), 'the old one');
});

/** A store of a file that does not exist yet, in a new folder. */
async function storeIn(t: TestContext) {
  const place = await folder(t);
  const path = join(place, 'state.json');
  const world = recordedEvents();
  const store = fileStateStore(path, world);
  return { path, store, events: world.events, files: () => readdir(place) };
}

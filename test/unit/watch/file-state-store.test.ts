import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileStateStore } from '../../../src/watch/file-state-store.ts';
import { folder } from '../../support/folder.ts';
import { FIRST_STATE, recordedEvents } from './watch-under-test.ts';

const BROKEN = [
  '',
  '{',
  'null',
  '{}',
  JSON.stringify({ ...FIRST_STATE, version: 2 }),
  JSON.stringify({ ...FIRST_STATE, since: 'once' }),
  JSON.stringify({ ...FIRST_STATE, owed: [{}] }),
];
for (const content of BROKEN) {
  test(`a file that holds ${content || 'nothing'} is no state, and that is told`, async (t) => {
    const path = join(await folder(t), 'state.json');
    const world = recordedEvents();
    await writeFile(path, content);

    const state = await fileStateStore(path, world).load();

    assert.equal(state, undefined);
    assert.deepEqual(world.events, [{ type: 'state-broken' }]);
  });
}

test('the file is for people, too, and nothing else is left beside it', async (t) => {
  const place = await folder(t);
  const path = join(place, 'state.json');

  await fileStateStore(path, recordedEvents()).save(FIRST_STATE);

  assert.equal(await readFile(path, 'utf8'), `${JSON.stringify(FIRST_STATE, undefined, 2)}\n`);
  assert.deepEqual(await readdir(place), ['state.json']);
});

test('what cannot be written rejects and leaves nothing behind', async (t) => {
  const place = await folder(t);
  const path = join(place, 'state.json');
  await mkdir(join(path, 'in the way'), { recursive: true });

  await assert.rejects(fileStateStore(path, recordedEvents()).save(FIRST_STATE));

  assert.deepEqual(await readdir(place), ['state.json']);
});

test('what cannot be read rejects', async (t) => {
  const path = await folder(t);

  await assert.rejects(fileStateStore(path, recordedEvents()).load(), /EISDIR/);
});

import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { logOutput } from '../../../src/telemetry/log-output.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { fifo } from '../../support/fifo.ts';
import { folder } from '../../support/folder.ts';
import { until } from '../../support/until.ts';

const LINE_BYTES = 150;

function line(i: number): string {
  return `${`${i} `.padEnd(LINE_BYTES - 1, 'x')}\n`;
}

const MANY = 16_384;

test('lines of other writers to the same file stay', async (t) => {
  const path = join(await folder(t), 'log');
  const { output: first, fd } = outputTo(t, path);
  const second = logOutput({ clock: fakeClock(), fd });

  first.write('one\n');
  await first.flushed();
  second.write('two\n');
  await second.flushed();

  assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n');
});

for (const device of ['/dev/full', 'a pipe without reads', 'a pipe whose reader is gone']) {
  test(`${device}: about a MiB of lines is kept, the others are dropped and counted`, async (t) => {
    const { path, leave } = await fifo(t);
    const { fill } = outputTo(t, device === '/dev/full' ? device : path);
    if (device === 'a pipe whose reader is gone') leave();

    const kept = fill() * LINE_BYTES;

    assert.ok(kept > 1_000_000 && kept <= 1_048_576, `${kept}`);
  });
}

for (const path of ['file', '/dev/full']) {
  test(`the end of a log leaves no timer behind, whether it could be written or not: ${path}`, async (t) => {
    const { output, clock } = outputTo(t, resolve(await folder(t), path));
    output.write('one\n');
    if (path === '/dev/full') await until(t, () => clock.timers() > 0);
    output.write('two\n');

    await output.flushed();

    assert.equal(clock.timers(), 0);
  });
}

test('a reader that stalls blocks no thread', async (t) => {
  const { path } = await fifo(t);
  outputTo(t, path).fill();

  await until(t, () => !process.getActiveResourcesInfo().includes('FSReqCallback'));
});

test('a slow reader gets the kept lines whole and in order', async (t) => {
  const { path, read } = await fifo(t);
  const kept = outputTo(t, path).fill();

  const got = await readUntil(t, read, (got) => got.length >= kept * LINE_BYTES);

  assert.equal(got, Array.from({ length: kept }, (_, i) => line(i)).join(''));
});

test('a reader that comes back gets the kept lines without waiting for another line', async (t) => {
  const { path, read, leave, comeBack } = await fifo(t);
  const { clock, fill } = outputTo(t, path);
  leave();
  fill();
  await until(t, () => clock.timers() > 0);

  comeBack();
  await clock.advance(1000);

  const got = await readUntil(t, read, (got) => got.includes(line(1000)));
  assert.ok(got.startsWith(line(0)));
});

test('lines of two processes in one pipe stay whole', async (t) => {
  const { path, read } = await fifo(t);
  const outputs = [outputTo(t, path).output, outputTo(t, path).output];
  for (let i = 0; i < 4096; i++) for (const output of outputs) output.write(line(i));

  const got = await readUntil(t, read, (got) => got.length === 2 * 4096 * LINE_BYTES);

  const broken = got.split('\n').filter((text) => text !== '' && !/^\d+ x+$/.test(text));
  assert.deepEqual(broken, []);
});

/** A log that writes to this file, on a clock of the test. */
function outputTo(t: TestContext, path: string) {
  const clock = fakeClock();
  const fd = openSync(path, 'w');
  t.after(() => closeSync(fd));
  const output = logOutput({ clock, fd });
  return { clock, fd, output, fill };

  /** Writes more lines than any buffer holds. Returns how many were kept. */
  function fill(): number {
    for (let i = 0; i < MANY; i++) output.write(line(i));
    return MANY - output.dropped();
  }
}

/** Reads until `isEnough` is true for everything that was read. */
async function readUntil(t: TestContext, read: () => string, isEnough: (got: string) => boolean) {
  let got = '';
  await until(t, () => {
    got += read();
    return isEnough(got);
  });
  return got;
}

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { folder } from '../support/folder.ts';
import { startProgram } from '../support/process.ts';
import { numberedLines, runningService } from './service.ts';

const skip = spawnSync('script', ['--version']).status === 0 ? false : 'there is no script (util-linux)';
const { url } = await runningService({ after });
// Long enough for a busy machine.
const SHOUT = `"${process.execPath}" src/main.ts shout --timeout 1h`;

test('a terminal shows the progress, the rate and the time left', { skip }, async (t) => {
  const { path, shouted } = await numberedLines(t, 20_000);
  const output = join(await folder(t), 'output.txt');

  const screen = await terminal(t, `${SHOUT} --file "${path}" > "${output}"`);

  assert.match(screen, /\[=*-*\] \d+ % · [\d,]+ lines · [\d,]+ lines\/s · \d+s left/);
  assert.match(screen, /\[=+\] 100 % · 20,000 lines /);
  assert.equal(await readFile(output, 'utf8'), shouted.map((line) => `${line}\n`).join(''));
});

test('a redirected file gets the same bar as --file', { skip }, async (t) => {
  const { path } = await numberedLines(t, 100);

  const screen = await terminal(t, `${SHOUT} < "${path}" > /dev/null`);

  assert.match(screen, /100 % · 100 lines /);
});

test('a pipe has no known end: only lines and rate are shown', { skip }, async (t) => {
  const screen = await terminal(t, `seq 100 | ${SHOUT} > /dev/null`);

  assert.match(screen, /100 lines · [\d,]+ lines\/s/);
  assert.doesNotMatch(screen, /%|left/);
});

test('reasons on the terminal of the bar stay whole lines', { skip }, async (t) => {
  const screen = await terminal(t, `printf 'one\\n\\377\\nthree\\n' | ${SHOUT} > /dev/null`);

  const lines = shownLines(screen);
  assert.equal(lines[0], 'tuohs: line 2: the line is not valid UTF-8 (BAD_INPUT)');
  assert.match(lines[1] ?? '', /^3 lines · /);
  assert.deepEqual(lines.slice(2), ['tuohs: 1 of 3 failed']);
});

test('answers on the terminal show the progress themselves', { skip }, async (t) => {
  const screen = await terminal(t, `printf 'one\\n\\ntwo\\n' | ${SHOUT}`);

  assert.equal(screen, 'ENO\n\nOWT\n');
});

test('a few words need no progress', { skip }, async (t) => {
  const screen = await terminal(t, `${SHOUT} hello`);

  assert.equal(screen, 'OLLEH\n');
});

test('a terminal that cannot go back in a line gets no bar', { skip }, async (t) => {
  const screen = await terminal(t, `seq 100 | TERM=dumb ${SHOUT} > /dev/null`);

  assert.equal(screen, '');
});

/** Runs a command in a terminal. Resolves with everything that was written to the terminal. */
async function terminal(t: TestContext, command: string): Promise<string> {
  const program = startProgram(t, {
    command: 'script',
    args: ['-qec', command, '/dev/null'],
    environment: { TUOHS_URL: url, TERM: 'xterm', SHELL: '/bin/sh' },
  });
  await program.exitCode;
  return program.stdout.map((line) => `${line}\n`).join('');
}

/** The lines that are visible at the end. Text that was cleared or overwritten is removed. */
function shownLines(screen: string): string[] {
  const overwritten = /^.*\x1b\[(1G|2K)/;
  const lines = screen.split('\n').slice(0, -1);
  return lines.map((line) => line.replace(overwritten, '').replaceAll('\x1b[0K', ''));
}

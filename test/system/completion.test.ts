import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { folder } from '../support/folder.ts';
import { startProgram, tuohs } from '../support/process.ts';

for (const shell of ['bash', 'zsh', 'fish']) {
  const skip = spawnSync(shell, ['--version']).status === 0 ? false : `there is no ${shell}`;
  test(`the script for ${shell} is one that ${shell} reads, and asks tuohs`, { skip }, async (t) => {
    const program = tuohs(t, ['completion', shell]);
    assert.equal(await program.exitCode, 0);
    const script = join(await folder(t), 'script');
    await writeFile(script, program.stdout.join('\n'));

    const env = { PATH: process.env.PATH };
    const { status, stderr } = spawnSync(shell, ['-n', script], { encoding: 'utf8', env });

    assert.deepEqual([status, stderr], [0, '']);
    assert.match(program.stdout.join('\n'), /tuohs complete --/);
  });
}

test('commands, options and fixed values are completed', async (t) => {
  assert.deepEqual(await completed(t, 'sh'), ['shout', 'shoutcloud']);
  assert.deepEqual(await completed(t, 'serve', '--p'), ['--port']);
  assert.deepEqual(await completed(t, 'watch', '--format', ''), ['json', 'slack']);
});

test('an option that takes a file is completed with files and folders', async (t) => {
  const place = await folder(t);
  await mkdir(join(place, 'names'));
  await writeFile(join(place, 'names.txt'), '');
  await writeFile(join(place, 'other.txt'), '');

  const words = await completed(t, 'shout', '--file', join(place, 'na'));

  assert.deepEqual(words.toSorted(), [join(place, 'names.txt'), join(place, 'names/')]);
  assert.deepEqual(await completed(t, 'watch', '--state', join(place, 'none/x')), []);
});

test('other commands do not need the package for completion', async (t) => {
  const breaking = `data:text/javascript,${encodeURIComponent(
    "import { registerHooks } from 'node:module'; registerHooks({ resolve(name, context, next) { if (name.startsWith('@bomb')) throw new Error('loaded'); return next(name, context); } });",
  )}`;
  const args = ['--import', breaking, 'src/main.ts', '--help'];
  const program = startProgram(t, { command: process.execPath, args });

  assert.equal(await program.exitCode, 0);
  assert.match(program.stdout.join('\n'), /^ {2}completion /m);
});

/** What a shell would offer for the last of these words. */
async function completed(t: Parameters<typeof tuohs>[0], ...words: string[]): Promise<string[]> {
  const program = tuohs(t, ['complete', '--', ...words]);
  assert.equal(await program.exitCode, 0);
  return program.stdout.filter((line) => !line.startsWith(':')).map((line) => line.split('\t')[0] ?? '');
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folder } from '../support/folder.ts';
import { startProgram } from '../support/process.ts';
import { runningService } from './service.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(join(root, 'docs/command-line.md'), 'utf8');
const { url } = await runningService({ after });
const place = await folder({ after });
await writeFile(join(place, 'names.txt'), 'one\n');

for (const [, block = ''] of page.matchAll(/^```sh\n(.*?)^```$/gms)) {
  const lines = block.trimEnd().split('\n');
  const commands = lines.filter((line) => !line.startsWith('# '));
  const output = lines.filter((line) => line.startsWith('# ')).map((line) => line.slice(2));

  test(`docs/command-line.md shows what this does: ${commands.join('; ')}`, async (t) => {
    const tuohs = `tuohs() { "${process.execPath}" "${join(root, 'src/main.ts')}" "$@"; }`;

    const program = startProgram(t, {
      command: 'sh',
      args: ['-ec', [`cd "${place}"`, tuohs, ...commands].join('\n')],
      environment: { TUOHS_URL: url },
    });

    assert.equal(await program.exitCode, 0, program.stderr.join('\n'));
    if (output.length > 0) assert.deepEqual(program.stdout, output);
  });
}

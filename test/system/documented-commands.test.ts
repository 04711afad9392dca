import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folder } from '../support/folder.ts';
import { matches, ROOT, read } from '../support/pages.ts';
import { ended, startProgram } from '../support/process.ts';
import { runningService } from './service.ts';

const { url, adminUrl } = await runningService({ after });
const place = await folder({ after });
await writeFile(join(place, 'names.txt'), 'one\n');
const missing = ['curl', 'split'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
const skip = missing.length > 0 && `there is no ${missing.join(', no ')} (GNU)`;

const PREPARED = `
cd "${place}"
tuohs() { "${process.execPath}" "${fileURLToPath(new URL('src/main.ts', ROOT))}" "$@"; }
`;

const IN_README = examples('README.md').flatMap((block) =>
  block.split(/^(?=curl )/m).filter((command) => command.startsWith('curl ')),
);

test('the README shows how to ask with JSON, with a form and with a GET', () => {
  const shown = IN_README.join('\n');

  assert.match(shown, /application\/json/);
  assert.match(shown, /-d data=/);
  assert.match(shown, /curl -G/);
});

for (const example of [...IN_README, ...examples('docs/command-line.md'), ...examples('docs/bulk.md')]) {
  const lines = example.trimEnd().split('\n');
  const commands = lines.filter((line) => !line.startsWith('# ')).join('\n');
  // The comment lines are the expected output.
  const output = lines.filter((line) => line.startsWith('# ')).map((line) => line.slice(2));

  const needs = { skip: commands.includes('curl') && skip };
  test(`the pages show what this does: ${commands}`, needs, async (t) => {
    const addressed = commands
      .replaceAll('localhost:5000', new URL(url).host)
      .replaceAll('localhost:9464', new URL(adminUrl).host)
      // An answer can take long on a busy machine.
      .replace(/--timeout \d+s/, '--timeout 1h');

    const program = startProgram(t, {
      command: 'sh',
      args: ['-ec', PREPARED + addressed],
      // HOME is an empty folder and `no_proxy` is set, so that curl ignores the settings of the user.
      environment: { TUOHS_URL: url, HOME: place, no_proxy: '*' },
    });

    const { code, stdout, stderr } = await ended(program);
    assert.equal(code, 0, stderr);
    if (output.length > 0) assert.equal(stdout.trimEnd(), output.join('\n'));
  });
}

/** The shell commands of a page. */
function examples(page: string): string[] {
  return matches(read(page), /^```sh\n(.*?)^```$/gms);
}

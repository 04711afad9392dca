import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { tuohs } from '../support/process.ts';

const examples = curlExamples(readFileSync(new URL('../../README.md', import.meta.url), 'utf8'));
const skip = spawnSync('curl', ['--version']).status === 0 ? false : 'there is no curl';

const service = tuohs({ after }, ['serve', '--embedded-shoutcloud']);

test('the README shows how to ask with JSON, with a form and with a GET', () => {
  const commands = examples.map(({ command }) => command).join('\n');

  assert.match(commands, /application\/json/);
  assert.match(commands, /-d data=/);
  assert.match(commands, /curl -G/);
});

for (const { command, output } of examples) {
  test(`the README shows what this prints: ${command}`, { skip }, async () => {
    const printed = await run(command);

    assert.equal(printed.trimEnd(), output);
  });
}

interface Example {
  readonly command: string;
  /** What the comment lines behind the command say. */
  readonly output: string;
}

function curlExamples(markdown: string): Example[] {
  const blocks = markdown.matchAll(/^```sh\n(.*?)^```$/gms);
  return [...blocks].flatMap(([, block = '']) => {
    const found = block.matchAll(/^(curl .*)\n((?:# .*\n)*)/gm);
    return [...found].map(([, command = '', output = '']) => ({
      command,
      output: output.replace(/^# /gm, '').trimEnd(),
    }));
  });
}

/** Runs the command as it is shown, but for the addresses, untouched by the user's own settings for curl. */
async function run(command: string): Promise<string> {
  const { url, adminUrl } = await service.listening();
  const addressed = command
    .replaceAll('localhost:5000', new URL(url).host)
    .replaceAll('localhost:9464', new URL(adminUrl).host);
  const plainCurl = 'curl() { command curl -q -sS --noproxy "*" --max-time 300 "$@"; }';
  const { stdout } = await promisify(execFile)('sh', ['-c', `${plainCurl}\n${addressed}`]);
  return stdout;
}

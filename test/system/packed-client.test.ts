import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { exerciseAddresses, freshProject, rightResults } from '../support/packed-client.ts';
import { without } from '../support/runtimes.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** How each runtime is asked to run a program. `make tools` brings all but the Node that runs this. */
const RUNTIMES: Readonly<Record<string, readonly string[]>> = {
  node22: ['node22'],
  node24: [process.execPath],
  node26: ['node26'],
  deno: ['deno', 'run', '--quiet', '--node-modules-dir=manual', '--allow-net', '--allow-read'],
  bun: ['bun', 'run'],
};

const PROGRAM = `
import process from 'node:process';
import * as client from 'tuohs-client';
import { exercise } from './client-exercise.js';

console.log(JSON.stringify(await exercise(client, JSON.parse(process.argv[2]))));
`;

const TYPES = `
import { type BulkResult, createClient, type ShoutDetails, TuohsClientError, type TuohsErrorCode } from 'tuohs-client';

const client = createClient({ baseUrl: 'http://localhost:5000', timeoutMs: 1000 });
const answer: string = await client.shout('hello');
const details: ShoutDetails = await client.shoutWithDetails(answer);
const results: BulkResult[] = [];
for await (const result of client.bulk([details.text])) results.push(result);

function isBusy(error: unknown): boolean {
  return error instanceof TuohsClientError && error.code === 'OVERLOADED';
}
const codes: TuohsErrorCode[] = ['NETWORK', 'A_CODE_OF_A_NEWER_SERVICE'];
// @ts-expect-error a text is a string
client.shout(5);
export { codes, isBusy };
`;

// No types of Node's: the client must do with what a browser has.
const COMPILER_OPTIONS = {
  target: 'es2024',
  lib: ['es2024', 'dom', 'dom.asynciterable'],
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  types: [],
  noEmit: true,
};

const { path: project, packages } = await freshProject({ after });
await writeFile(join(project, 'program.mjs'), PROGRAM);
await copyFile(join(root, 'test/support/client-exercise.js'), join(project, 'client-exercise.js'));
const addresses = await exerciseAddresses({ after });

test('the client installs nothing else', () => {
  assert.deepEqual(packages, ['tuohs-client']);
});

test('a fresh project type-checks against the packed client', async () => {
  await writeFile(join(project, 'types.ts'), TYPES);
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER_OPTIONS }));

  const { stdout } = await run(join(root, 'node_modules/.bin/tsc'), ['--project', project]);

  assert.equal(stdout, '');
});

for (const [name, [command = '', ...args]] of Object.entries(RUNTIMES)) {
  test(`the packed client shouts, aborts and knows every code in ${name}`, {
    skip: without(command),
  }, async () => {
    const { stdout } = await run(command, [...args, 'program.mjs', JSON.stringify(addresses)], {
      cwd: project,
    });

    assert.deepEqual(JSON.parse(stdout), rightResults);
  });
}

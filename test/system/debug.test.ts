import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../support/http-server.ts';
import { startProgram } from '../support/process.ts';

test('make debug prints where the page, the reference and the admin port answer', async (t) => {
  const [port, adminPort] = [await freePort(), await freePort()];
  const program = startProgram(t, {
    command: process.execPath,
    args: ['scripts/debug.ts', 'serve', '--embedded-shoutcloud'],
    environment: { HOST: 'localhost', PORT: `${port}`, ADMIN_PORT: `${adminPort}`, DRAIN_MS: '0' },
  });
  await program.listening();

  const printed = program.stdout.slice(0, 3).map((line) => line.split(/ +/));

  assert.deepEqual(
    await Promise.all(printed.map(async ([name, url = '']) => [name, (await fetch(url)).status])),
    [
      ['Page', 200],
      ['Reference', 200],
      ['Admin', 200],
    ],
  );
  assert.deepEqual(program.stderr, []);
  assert.match(program.stdout[3] ?? '', /^SHOUTCLOUD is embedded/);
});

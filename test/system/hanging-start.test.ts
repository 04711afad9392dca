import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { fifo } from '../support/fifo.ts';
import { folder } from '../support/folder.ts';
import { hook, tuohs } from '../support/process.ts';

/** Code that makes one of our source files print a line and hang when it is loaded. */
function hangingFile(name: string): string {
  const source = `console.log('{"msg":"hangs"}'); setInterval(() => {}, 1000); await new Promise(() => {});`;
  return `import { registerHooks } from 'node:module';
    registerHooks({ load: (url, context, next) => url.endsWith(${JSON.stringify(name)})
      ? { format: 'module', shortCircuit: true, source: ${JSON.stringify(source)} } : next(url, context) });`;
}

const HANGING_LOOK_UP = `import dns from 'node:dns';
  dns.lookup = () => { console.log('{"msg":"hangs"}'); setInterval(() => {}, 1000); };`;

const APP = hangingFile('/src/app.ts');
const REDIS = hangingFile('/cache/redis-connection.ts');
const SERVER = hangingFile('/shoutcloud/server.ts');

const HANGING_STARTS: readonly [what: string, code: string, line: string, Record<string, string>?][] = [
  ['the service itself', APP, 'serve'],
  ['Redis', REDIS, 'serve', { REDIS_URL: 'redis://127.0.0.1:1' }],
  ['the look-up of HOST', HANGING_LOOK_UP, 'serve', { HOST: 'tuohs.invalid' }],
  ['the SHOUTCLOUD of its own', SERVER, 'serve --embedded-shoutcloud'],
  ['tuohs shoutcloud', SERVER, 'shoutcloud'],
  ['a worker', APP, 'serve', { WEB_CONCURRENCY: '2' }],
];
for (const [what, code, line, environment] of HANGING_STARTS) {
  test(`SIGTERM while ${what} hangs in the start ends it with 0`, async (t) => {
    const service = tuohs(t, line.split(' '), { ...hook(code), ...environment });
    await service.logLine('hangs');

    assert.equal(await service.stop(), 0);
    assert.deepEqual(service.stderr, []);
  });
}

test('a thread that never comes back does not keep the process from ending', async (t) => {
  const { path } = await fifo(t);
  const stuck = `import { open } from 'node:fs'; open(${JSON.stringify(path)}, 'r', () => {});`;
  const service = tuohs(t, ['serve'], hook(stuck));
  await service.listening();

  assert.equal(await service.stop(), 0);
});

for (const [what, args, signals] of [
  ['an interrupt ends a command that waits for the other end of a named pipe', ['shout', '--file'], []],
  ['a second signal ends a watch whose state file does not answer', ['watch', '--state'], ['SIGTERM']],
] as const) {
  test(what, async (t) => {
    const path = join(await folder(t), 'fifo');
    spawnSync('mkfifo', [path]);
    const reported = `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
      for (const [module, name] of [[fs, 'open'], [fs.promises, 'readFile']]) {
        const original = module[name];
        module[name] = (...all) => { console.log('{"msg":"opens"}'); return original(...all); };
      }
      syncBuiltinESMExports();`;
    const program = tuohs(t, [...args, path], hook(reported));
    await program.logLine('opens');

    for (const signal of signals) program.kill(signal);

    assert.equal(await program.stop('SIGINT'), 130);
  });
}

test('a worker that hangs in its start does not outlive a primary that was killed', async (t) => {
  const workers = { ...hook(APP), WEB_CONCURRENCY: '2' };
  const service = tuohs(t, ['serve'], workers);
  await service.logLine('hangs');

  // This resolves only when every process has closed the output, so the last worker has ended, too.
  assert.equal(await service.stop('SIGKILL'), null);
});

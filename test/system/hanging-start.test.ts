import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fifo } from '../support/fifo.ts';
import { hook, tuohs } from '../support/process.ts';

/** Makes a file of ours write a line and hang instead of loading. */
function hangingFile(name: string): string {
  const source = `console.log('{"msg":"hangs"}'); setInterval(() => {}, 1000); await new Promise(() => {});`;
  return `import { registerHooks } from 'node:module';
    registerHooks({ load: (url, context, next) => url.endsWith(${JSON.stringify(name)})
      ? { format: 'module', shortCircuit: true, source: ${JSON.stringify(source)} } : next(url, context) });`;
}

const HANGING_LOOK_UP = `import dns from 'node:dns';
  dns.lookup = () => { console.log('{"msg":"hangs"}'); setInterval(() => {}, 1000); };`;

interface HangingStart {
  readonly what: string;
  readonly code: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const HANGING_STARTS: readonly HangingStart[] = [
  { what: 'the service itself', code: hangingFile('/src/app.ts') },
  {
    what: 'Redis',
    code: hangingFile('/cache/redis-connection.ts'),
    environment: { REDIS_URL: 'redis://127.0.0.1:1' },
  },
  { what: 'the look-up of HOST', code: HANGING_LOOK_UP, environment: { HOST: 'tuohs.invalid' } },
  {
    what: 'the SHOUTCLOUD of its own',
    code: hangingFile('/shoutcloud/server.ts'),
    args: ['serve', '--embedded-shoutcloud'],
  },
  { what: 'tuohs shoutcloud', code: hangingFile('/shoutcloud/server.ts'), args: ['shoutcloud'] },
  { what: 'a worker', code: hangingFile('/src/app.ts'), environment: { WEB_CONCURRENCY: '2' } },
];
for (const { what, code, args = ['serve'], environment } of HANGING_STARTS) {
  test(`SIGTERM while ${what} hangs in the start ends it with 0`, async (t) => {
    const service = tuohs(t, args, { ...hook(code), ...environment });
    await service.logLine('hangs');

    assert.equal(await service.stop(), 0);
    assert.deepEqual(service.stderr, []);
  });
}

test('a thread that never comes back does not keep it from ending', async (t) => {
  const { path } = await fifo(t);
  const stuck = `import { open } from 'node:fs'; open(${JSON.stringify(path)}, 'r', () => {});`;
  const service = tuohs(t, ['serve'], hook(stuck));
  await service.listening();

  assert.equal(await service.stop(), 0);
});

test('a worker that hangs in its start does not outlive a primary that was killed', async (t) => {
  const workers = { ...hook(hangingFile('/src/app.ts')), WEB_CONCURRENCY: '2' };
  const service = tuohs(t, ['serve'], workers);
  await service.logLine('hangs');

  // The exit code comes when no process has the output open any more: after the last worker.
  assert.equal(await service.stop('SIGKILL'), null);
});

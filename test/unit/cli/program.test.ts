import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { run } from '../../../src/cli/program.ts';

/** Runs a command that ends by itself. */
async function ran(args: readonly string[], environment: Record<string, string>) {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const never = new Promise<void>(() => {});
  const code = await run(args, { environment, stdin, stdout, stderr, stop: { first: never, second: never } });
  return { code, stderr: String(stderr.read() ?? '') };
}

test('wrong settings end with 2 and a sentence for each', async () => {
  const { code, stderr } = await ran(['serve'], { PORT: 'x', SHOUTCLOUD_URL: 'ftp://y' });

  assert.equal(code, 2);
  assert.match(stderr, /^tuohs: PORT must be .*\ntuohs: SHOUTCLOUD_URL must be .*\n$/);
});

test('a SHOUTCLOUD of its own and the address of another one cannot both be meant', async () => {
  const { code, stderr } = await ran(['serve', '--embedded-shoutcloud'], { SHOUTCLOUD_URL: 'http://other' });

  assert.equal(code, 2);
  assert.match(stderr, /^tuohs: SHOUTCLOUD_URL and --embedded-shoutcloud are both given.*\n$/);
});

test('a port that cannot be had ends with 1 and the reason', async () => {
  const { code, stderr } = await ran(['serve'], {
    HOST: '192.0.2.1',
    PORT: '0',
    ADMIN_PORT: '0',
    LOG_LEVEL: 'silent',
  });

  assert.equal(code, 1);
  assert.match(stderr, /^tuohs: .*EADDRNOTAVAIL.*\n$/);
});

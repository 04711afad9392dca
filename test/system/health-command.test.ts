import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { after, test } from 'node:test';
import { closedUrl, httpServer } from '../support/http-server.ts';
import { tuohs } from '../support/process.ts';
import { ran } from '../unit/cli/shout-surroundings.ts';
import { runningService } from './service.ts';

const steady = await runningService({ after });
// An answer can take long on a busy machine.
const HEALTH = ['health', '--timeout', '1h'];

test('for a healthy service, it prints one line and ends with 0; the address needs no scheme', async () => {
  const { exitCode, stdout } = await ran([...HEALTH, '--url', new URL(steady.url).host]);

  assert.equal(exitCode, 0);
  assert.match(stdout, new RegExp(`^${steady.url} is healthy \\(\\d+ ms\\)\n$`));
});

const PROBLEM = '{"error":"Failed to contact shoutcloud api","code":"UPSTREAM_UNREACHABLE"}';
const ELSEWHERE = { location: 'https://other.example/health' };

/** The server, the options, and the reason that is printed. Without a server, the port is closed. */
const NOT_WELL: readonly [what: string, RequestListener | undefined, line: string, reason: RegExp][] = [
  ['an unhealthy service', says(503, {}, PROBLEM), '', /is not healthy: Failed .*UPSTREAM_UNREACHABLE/],
  ['another server', says(200, {}, '<html>'), '', /the answer is not that of tuohs \(BAD_ANSWER\)$/],
  ['a redirect', says(308, ELSEWHERE), '', /answers 308 to https:\/\/other\.example: use that address/],
  ['a server that does not answer', () => {}, '--timeout 50ms', /no answer within 50 ms \(TIMEOUT\)$/],
  ['no one', undefined, '', /is not healthy: no answer from .*ECONNREFUSED.*NETWORK/],
  ['another server', says(200, {}, '<html>ready'), '--ready', /not ready: .* not that of tuohs \(BAD_ANSWER/],
  ['a connection that is cut', cutOff, '--ready', /is not ready: no answer .*UND_ERR_SOCKET\) \(NETWORK\)$/],
];
for (const [what, listener, line, reason] of NOT_WELL) {
  test(`health ${line} at the address of ${what} ends with 1 and the reason`, async (t) => {
    const url = listener ? (await httpServer(t, listener)).url : await closedUrl();

    const said = await ran([...HEALTH, '--url', url, ...line.split(' ').filter(Boolean)]);

    assert.deepEqual([said.exitCode, said.stdout], [1, '']);
    assert.match(said.stderr, /^tuohs: http:.*\n$/);
    assert.match(said.stderr.trimEnd(), reason);
  });
}

test('an interrupt ends the waiting with 130', async (t) => {
  const asked = Promise.withResolvers<void>();
  const { url } = await httpServer(t, () => asked.resolve());

  const program = tuohs(t, ['health', '--url', url, '--timeout', '60s']);
  await asked.promise;

  assert.equal(await program.stop('SIGINT'), 130);
});

for (const HOST of ['127.0.0.1', '0.0.0.0', '::', '']) {
  test(`without an address it asks the service that HOST=${HOST} would start`, async () => {
    const environment = { HOST, PORT: new URL(steady.url).port };

    const { exitCode, stderr } = await ran(HEALTH, { environment });

    assert.equal(exitCode, 0, stderr);
  });
}

test('--ready asks the admin port, and SHOUTCLOUD nothing', async (t) => {
  const { adminUrl, shoutcloud } = await runningService(t);
  const environment = { HOST: '127.0.0.1', ADMIN_PORT: new URL(adminUrl).port };

  const { exitCode, stdout } = await ran([...HEALTH, '--ready'], { environment });

  assert.deepEqual([exitCode, shoutcloud.calls], [0, 0]);
  assert.match(stdout, /^http:\/\/127\.0\.0\.1:\d+ is ready \(\d+ ms\)\n$/);
});

test('--ready ends with 1 while a process drains, although it still answers', async (t) => {
  const { service, url, adminUrl } = await runningService(t, {}, { DRAIN_MS: '15000' });
  service.kill('SIGTERM');
  await service.logLine('draining');

  const ready = await ran([...HEALTH, '--ready', '--url', adminUrl]);
  const well = await ran([...HEALTH, '--url', url]);

  assert.deepEqual([ready.exitCode, well.exitCode], [1, 0]);
  assert.match(ready.stderr, /^tuohs: http:.* is not ready: the answer has status 503, /);
});

function says(status: number, headers: Record<string, string>, body = ''): RequestListener {
  return (_request, response) => void response.writeHead(status, headers).end(body);
}

function cutOff(...[, response]: Parameters<RequestListener>): void {
  response.writeHead(200, { 'content-length': '5' }).flushHeaders();
  response.socket?.end();
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closedUrl, httpServer } from '../support/http-server.ts';
import { tuohs } from '../support/process.ts';
import { runningService } from './service.ts';

test('a service that is well is one line and 0', async (t) => {
  const { url } = await runningService(t);

  const program = tuohs(t, ['health'], { TUOHS_URL: url });

  assert.equal(await program.exitCode, 0);
  assert.equal(program.stdout.length, 1);
  assert.match(program.stdout[0] ?? '', /^http:\/\/127\.0\.0\.1:\d+ is well \(\d+ ms\)$/);
});

test('no service is 1 and the reason', async (t) => {
  const program = tuohs(t, ['health', '--url', await closedUrl()]);

  assert.equal(await program.exitCode, 1);
  assert.deepEqual(program.stdout, []);
  assert.match(
    program.stderr.join('\n'),
    /^tuohs: http:.* is not well: no answer from .*ECONNREFUSED.*NETWORK/,
  );
});

test('a service that is not well is 1 and what it says', async (t) => {
  const { url } = await httpServer(t, (_request, response) => {
    response.writeHead(503).end('{"error":"Failed to contact shoutcloud api","code":"UPSTREAM_UNREACHABLE"}');
  });

  const program = tuohs(t, ['health', '--url', url]);

  assert.equal(await program.exitCode, 1);
  assert.match(program.stderr.join('\n'), /Failed to contact shoutcloud api \(UPSTREAM_UNREACHABLE\)/);
});

test('a redirect is 1 and where to, though a service that is well is there', async (t) => {
  const { url: target } = await runningService(t);
  const { url } = await httpServer(t, (_request, response) => {
    response.writeHead(308, { location: `${target}/health` }).end();
  });

  const program = tuohs(t, ['health', '--url', url]);

  assert.equal(await program.exitCode, 1);
  assert.ok(program.stderr.join('\n').includes(`answers 308 to ${target}: use that address (BAD_ANSWER)`));
});

test('an answer that does not end is 1, and is not read for ever', async (t) => {
  let chunks = 0;
  const hungUp = Promise.withResolvers<void>();
  const { url } = await httpServer(t, (_request, response) => {
    const chunk = Buffer.alloc(65_536, 'success\n');
    response.on('close', hungUp.resolve);
    (function more(): void {
      chunks++;
      if (!response.destroyed) response.write(chunk, more);
    })();
  });

  const program = tuohs(t, ['health', '--url', url]);

  assert.equal(await program.exitCode, 1);
  await hungUp.promise;
  assert.match(program.stderr.join('\n'), /the answer has more than 65536 bytes \(BAD_ANSWER\)/);
  assert.ok(chunks < 1000, `${chunks} chunks were taken`);
});

test('a service that does not answer in time is 1', async (t) => {
  const { url } = await httpServer(t, () => {});

  const program = tuohs(t, ['health', '--url', url, '--timeout', '50ms']);

  assert.equal(await program.exitCode, 1);
  assert.match(program.stderr.join('\n'), /no answer within 50ms/);
});

test('an interrupt ends the waiting with 130', async (t) => {
  const asked = Promise.withResolvers<void>();
  const { url } = await httpServer(t, () => asked.resolve());

  const program = tuohs(t, ['health', '--url', url, '--timeout', '60s']);
  await asked.promise;

  assert.equal(await program.stop('SIGINT'), 130);
});

for (const args of [
  ['--timeout', '0s'],
  ['--url', 'ftp://localhost'],
  ['--url', 'http://user:s3cr3t@localhost'],
  ['--url', ':5000'],
]) {
  test(`health ${args.join(' ')} is wrong usage`, async (t) => {
    const program = tuohs(t, ['health', ...args]);

    assert.equal(await program.exitCode, 2);
    assert.match(program.stderr.join('\n'), /^tuohs: .+$/);
    assert.equal(program.stderr.join().includes('s3cr3t'), false);
  });
}

test('without an address it asks the service that the settings would start', async (t) => {
  const { url } = await runningService(t);
  const { port } = new URL(url);

  for (const HOST of ['127.0.0.1', '0.0.0.0', '::', '']) {
    const program = tuohs(t, ['health'], { HOST, PORT: port });

    assert.equal(await program.exitCode, 0, program.stderr.join());
  }
});

test('an address needs no scheme', async (t) => {
  const { url } = await runningService(t);
  const { host } = new URL(url);

  const program = tuohs(t, ['health', '--url', host]);

  assert.equal(await program.exitCode, 0);
  assert.match(program.stdout.join(), new RegExp(`^${url} is well`));
});

test('--ready asks the admin port, and SHOUTCLOUD nothing', async (t) => {
  const { adminUrl, shoutcloud } = await runningService(t);
  const { port } = new URL(adminUrl);

  const program = tuohs(t, ['health', '--ready'], { ADMIN_PORT: port });

  assert.equal(await program.exitCode, 0);
  assert.match(program.stdout.join(), /^http:\/\/127\.0\.0\.1:\d+ is ready \(\d+ ms\)$/);
  assert.equal(shoutcloud.calls, 0);
});

test('--ready is 1 while a process drains, though it still answers', async (t) => {
  const { service, url, adminUrl } = await runningService(t, {}, { DRAIN_MS: '15000' });
  service.kill('SIGTERM');
  await service.logLine('draining');

  const ready = tuohs(t, ['health', '--ready', '--url', adminUrl]);
  const well = tuohs(t, ['health', '--url', url]);

  assert.deepEqual([await ready.exitCode, await well.exitCode], [1, 0]);
  assert.match(ready.stderr.join(), /^tuohs: http:.* is not ready: it answers 503$/);
});

const NOT_OURS: Readonly<Record<string, [number, Record<string, string>, RegExp]>> = {
  'another server': [200, {}, /is not ready: the answer is not that of tuohs$/],
  'a redirect': [301, { location: 'https://other.example/readyz' }, /it answers 301 to https:\/\/other\./],
};
for (const [what, [status, headers, sentence]] of Object.entries(NOT_OURS)) {
  test(`--ready does not take ${what} for a process that is ready`, async (t) => {
    const { url } = await httpServer(t, (_request, response) => {
      response.writeHead(status, headers).end('<html>ready</html>');
    });

    const program = tuohs(t, ['health', '--ready', '--url', url]);

    assert.equal(await program.exitCode, 1);
    assert.match(program.stderr.join(), sentence);
  });
}

test('--ready without a process is 1 and the reason', async (t) => {
  const program = tuohs(t, ['health', '--ready', '--url', await closedUrl()]);

  assert.equal(await program.exitCode, 1);
  assert.match(program.stderr.join(), /is not ready: no answer \(ECONNREFUSED\)$/);
});

test('another server is 1, and not well', async (t) => {
  const { url } = await httpServer(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome</html>');
  });

  const program = tuohs(t, ['health', '--url', url]);

  assert.equal(await program.exitCode, 1);
  assert.match(
    program.stderr.join(),
    /^tuohs: .* is not well: the answer is not that of tuohs \(BAD_ANSWER\)$/,
  );
});

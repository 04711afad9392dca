import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tuohs } from '../support/process.ts';

for (const processes of ['1', '2']) {
  test(`with ADMIN_HOST the admin port is on that address alone, with ${processes} processes`, async (t) => {
    const service = tuohs(t, ['serve', '--embedded-shoutcloud'], {
      HOST: '127.0.0.1',
      ADMIN_HOST: '127.0.0.2',
      WEB_CONCURRENCY: processes,
    });
    const { port, adminPort } = await service.logLine('listening');

    const ready = await fetch(`http://127.0.0.2:${adminPort}/readyz`);
    const home = await fetch(`http://127.0.0.1:${port}/`);

    assert.deepEqual([ready.status, home.status], [200, 200]);
    await assert.rejects(fetch(`http://127.0.0.1:${adminPort}/readyz`));
    await assert.rejects(fetch(`http://127.0.0.2:${port}/`));
  });
}

test('an ADMIN_HOST that is no address of this machine is named', async (t) => {
  const service = tuohs(t, ['serve'], { ADMIN_HOST: '192.0.2.1' });

  assert.equal(await service.exitCode, 1);
  assert.match(service.stderr.join(), /^tuohs: ADMIN_HOST 192\.0\.2\.1 is no address of this machine/);
});

test('tuohs health --ready asks ADMIN_HOST', async (t) => {
  const ADMIN_HOST = '127.0.0.2';
  const service = tuohs(t, ['serve', '--embedded-shoutcloud'], { ADMIN_HOST });
  const { adminPort } = await service.logLine('listening');

  const health = tuohs(t, ['health', '--ready'], { ADMIN_HOST, ADMIN_PORT: `${adminPort}` });

  assert.equal(await health.exitCode, 0);
});

for (const TRUST_PROXY of ['0.0.0.0/0', '::/0', '0.0.0.0/1,128.0.0.0/1']) {
  for (const RATE_LIMIT_PER_MINUTE of ['0', '100']) {
    test(`TRUST_PROXY=${TRUST_PROXY} is refused, with a rate limit of ${RATE_LIMIT_PER_MINUTE}`, async (t) => {
      const service = tuohs(t, ['serve'], { TRUST_PROXY, RATE_LIMIT_PER_MINUTE });

      assert.equal(await service.exitCode, 2);
      assert.match(service.stderr.join(), /^tuohs: TRUST_PROXY must be .* not cover the whole internet/);
    });
  }
}

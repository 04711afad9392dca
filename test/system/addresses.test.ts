import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { ask } from '../support/ask.ts';
import { tuohs } from '../support/process.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

for (const WEB_CONCURRENCY of ['1', '2']) {
  test(`without HOST, ${WEB_CONCURRENCY} processes listen on all addresses, on both ports`, async (t) => {
    const service = tuohs(t, ['serve', '--embedded-shoutcloud'], { HOST: '', WEB_CONCURRENCY });
    const { port, adminPort, host } = await service.logLine('listening');

    for (const address of hasIpv6 ? ['127.0.0.1', '[::1]'] : ['127.0.0.1']) {
      const { body } = await ask(`http://${address}:${port}`, { path: '/v1?data=hello' });
      const ready = await ask(`http://${address}:${adminPort}`, { path: '/readyz' });

      assert.deepEqual([body, ready.status], ['{"data":"OLLEH"}', 200]);
    }
    assert.equal(host, 'all addresses');
  });

  test(`HOST and ADMIN_HOST name the one address of each port of ${WEB_CONCURRENCY} processes`, async (t) => {
    const addresses = { HOST: '127.0.0.1', ADMIN_HOST: '127.0.0.2' };
    const service = tuohs(t, ['serve', '--embedded-shoutcloud'], { ...addresses, WEB_CONCURRENCY });
    const { port, adminPort } = await service.logLine('listening');

    const home = await fetch(`http://127.0.0.1:${port}/`);
    const ready = await fetch(`http://127.0.0.2:${adminPort}/readyz`);

    assert.deepEqual([home.status, ready.status], [200, 200]);
    await assert.rejects(fetch(`http://127.0.0.1:${adminPort}/readyz`));
    await assert.rejects(fetch(`http://127.0.0.2:${port}/`));
  });
}

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
    const settings = { HOST: '', WEB_CONCURRENCY };
    const service = tuohs(t, ['serve', '--embedded-shoutcloud'], settings);
    const { port, adminPort, host } = await service.logLine('listening');

    for (const address of hasIpv6 ? ['127.0.0.1', '[::1]'] : ['127.0.0.1']) {
      const { body } = await ask(`http://${address}:${port}`, { path: '/v1?data=hello' });
      const ready = await ask(`http://${address}:${adminPort}`, { path: '/readyz' });

      assert.deepEqual([body, ready.status], ['{"data":"OLLEH"}', 200]);
    }
    assert.equal(host, 'all addresses');
    assert.equal(await service.stop(), 0);
  });
}

test('HOST names the one address to listen on', async (t) => {
  const service = tuohs(t, ['serve', '--embedded-shoutcloud'], { HOST: '127.0.0.1' });
  const { port } = await service.logLine('listening');

  await ask(`http://127.0.0.1:${port}`, { path: '/livez' });
  await assert.rejects(ask(`http://127.0.0.2:${port}`, { path: '/livez' }), /ECONNREFUSED/);
});

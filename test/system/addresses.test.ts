import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { ask } from '../support/ask.ts';
import { FREE_PORTS, startProgram, tuohs } from '../support/process.ts';
import { hasProc } from '../support/process-state.ts';
import { until } from '../support/until.ts';

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
    // Other tests listen on 127.0.0.1, and one of their ports can have the same number.
    const addresses = { HOST: '127.0.0.5', ADMIN_HOST: '127.0.0.4' };
    const service = tuohs(t, ['serve', '--embedded-shoutcloud'], { ...addresses, WEB_CONCURRENCY });
    const { port, adminPort } = await service.logLine('listening');

    const home = await fetch(`http://127.0.0.5:${port}/`);
    const ready = await fetch(`http://127.0.0.4:${adminPort}/readyz`);

    assert.deepEqual([home.status, ready.status], [200, 200]);
    await assert.rejects(fetch(`http://127.0.0.5:${adminPort}/readyz`));
    await assert.rejects(fetch(`http://127.0.0.4:${port}/`));
  });
}

/** With a limit of 200 file descriptors, a process reserves 128 for itself and, in this test, 60 for SHOUTCLOUD. */
const PLACES = 200 - 128 - 60;

test('clients that use up all files a process can open lock no one out', { skip: !hasProc }, async (t) => {
  const service = startProgram(t, {
    command: 'sh',
    args: ['-c', 'ulimit -n 200 && exec "$0" src/main.ts serve --embedded-shoutcloud', process.execPath],
    environment: { ...FREE_PORTS, UPSTREAM_CONNECTIONS: '60' },
  });
  const { url, adminUrl } = await service.listening();
  const idle = Array.from({ length: 200 }, () => connect(Number(new URL(url).port), '127.0.0.1'));
  t.after(() => idle.forEach((socket) => void socket.destroy()));
  for (const socket of idle) socket.on('error', () => {}).resume();
  // Waits until all connections are accepted. One that still waited in the kernel could take the slot of an honest client.
  await until(t, () => idle.filter(({ destroyed }) => destroyed).length >= idle.length - PLACES);

  const [page, live, metrics] = await Promise.all([
    ask(url, { path: '/v1?data=hello' }),
    ask(adminUrl, { path: '/livez' }),
    ask(adminUrl, { path: '/metrics' }),
  ]);

  assert.deepEqual([page.body, live.status], ['{"data":"OLLEH"}', 200]);
  const [, connections] = /^tuohs_open_connections (\d+)$/m.exec(metrics.body) ?? [];
  assert.ok(Number(connections) <= PLACES, connections);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../support/fake-clock.ts';
import { rawClient } from '../../support/raw-client.ts';
import { until } from '../../support/until.ts';
import { post, running, statusOf, talk } from './running.ts';

const waits = {
  latency: { latencyMs: 5 },
  slow: { faults: 'slow=5' },
  drip: { faults: 'drip=5' },
  'close-after': { faults: 'close-after=5' },
};
for (const [what, options] of Object.entries(waits)) {
  for (const end of ['close() is called', 'its caller leaves']) {
    test(`the timer of ${what} ends when ${end}`, async (t) => {
      const clock = fakeClock();
      const server = await running(t, { ...options, clock });
      const { socket, send } = await rawClient(t, server.port);
      send(post('{"INPUT":"a"}'));
      await until(t, () => clock.timers() === 1);

      if (end === 'its caller leaves') socket.destroy();
      else await server.close();

      await until(t, () => server.openConnections === 0);
      assert.deepEqual([clock.timers(), server.activeRequests], [0, 0]);
    });
  }
}

for (const faults of ['hang', 'stall', 'endless', 'huge=5000']) {
  test(`close() ends a connection in ${faults}`, async (t) => {
    const asked = Promise.withResolvers<void>();
    const server = await running(t, { faults, onShout: () => asked.resolve() });
    const heard = talk(t, server.port, { sent: post('{"INPUT":"a"}') });
    await asked.promise;

    await server.close();

    assert.deepEqual([server.openConnections, server.activeRequests], [0, 0]);
    await heard;
  });
}

test('close() ends idle connections and those in the middle of a request', async (t) => {
  const whole = post('{"INPUT":"a"}');
  const asked = Promise.withResolvers<void>();
  const server = await running(t, { onShout: () => asked.resolve() });
  const heard = ['', whole.slice(0, 20), whole.slice(0, -1), whole].map((sent) =>
    talk(t, server.port, { sent }),
  );
  await until(t, () => server.openConnections === 4);
  await asked.promise;

  await server.close();

  assert.equal(server.openConnections, 0);
  await Promise.all(heard);
});

test('close() frees the port and can be called again', async (t) => {
  const server = await running(t);

  await Promise.all([server.close(), server.close()]);
  await server.close();

  await assert.rejects(statusOf(server));
  const next = await running(t, { port: server.port });
  assert.equal(next.port, server.port);
});

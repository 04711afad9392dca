import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listeningServer } from '../support/api.ts';
import { postOf, rawClient } from '../support/raw-client.ts';
import { until } from '../support/until.ts';
import { testWorld } from '../support/world.ts';

const WHOLE = postOf('hello');

test('an answer that a client waits for is lost with `now`, also when the server closes already', async (t) => {
  const server = await listeningServer(t, { reverseShout: () => new Promise(() => {}) });
  const client = await rawClient(t, server.port);
  client.send(WHOLE);
  await until(t, () => server.inFlight() === 1);
  const closing = server.close();

  await assert.rejects(server.close('now'), /1 requests/);

  await closing;
  assert.equal(await client.closed(), '');
});

test('a request that has not arrived whole, and a connection without one, lose nothing with `now`', async (t) => {
  const server = await listeningServer(t);
  const client = await rawClient(t, server.port);
  await rawClient(t, server.port);
  client.send(WHOLE.slice(0, -9));
  await until(t, () => server.status().heldBytes > 0);

  await assert.doesNotReject(server.close('now'));
});

test('a client that goes on sending its request slowly is given up 3.5 s after the drain', async (t) => {
  const world = testWorld();
  const server = await listeningServer(t, { world });
  const client = await rawClient(t, server.port);
  client.send(WHOLE.slice(0, -9));
  await until(t, () => server.status().heldBytes > 0);
  const closing = server.close();

  await world.clock.advance(3500);

  await closing;
});

import { test } from 'node:test';
import { redisServer, skipWithoutRedis } from '../support/redis-server.ts';
import { connectedRedisStore } from '../unit/cache/redis-under-test.ts';
import { storeContract } from './store-contract.ts';

if (skipWithoutRedis) {
  test('redis store', { skip: skipWithoutRedis });
} else {
  storeContract('redis store', async (t) => {
    const server = await redisServer(t);
    const { store } = await connectedRedisStore(t, server.url, server);
    return store;
  });
}

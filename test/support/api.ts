import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Clock } from '../../src/core/clock.ts';
import { reverser } from '../../src/core/reverse.ts';
import { type ReverseShout, reverseShout } from '../../src/core/reverse-shout.ts';
import { admission } from '../../src/http/admission.ts';
import { type ApiOptions, type ApiParts, apiServer } from '../../src/http/server.ts';
import { fakeShouter } from './fake-shouter.ts';
import { type TestWorld, testWorld } from './world.ts';

export interface ApiUnderTest extends Partial<ApiParts> {
  readonly options?: Partial<ApiOptions>;
  readonly world?: TestWorld<Clock>;
}

const OPTIONS = {
  version: '1.2.3',
  maxBodyBytes: 262_144,
  keepAliveTimeoutMs: 95_000,
  trustProxy: undefined,
  rateLimitPerMinute: 0,
  corsOrigins: undefined,
  slowClientMs: 60_000,
  maxBulkLines: 1000,
  hasShortcut: true,
} satisfies Partial<ApiOptions>;

/** The public API around a fake upstream, for `inject`, or to listen. It ends with the test. */
export function testApi(test: TestContext, { options, world = testWorld(), ...parts }: ApiUnderTest = {}) {
  const limits = { maxInFlight: 100, maxBodyBytes: 262_144, isOverloaded: () => false };
  const api = apiServer(
    {
      reverseShout: reverseShout(fakeShouter(), reverser('grapheme')),
      admission: admission(limits, world),
      requestCounter: { count: async () => ({ current: 1, leftMs: 60_000 }) },
      draining: new AbortController().signal,
      ...parts,
    },
    { ...OPTIONS, ...options },
    world,
  );
  test.after(() => {
    api.server.closeAllConnections();
    return api.close();
  });
  return api;
}

/** The same, listening; for tests whose point is the connection. */
export async function listeningApi(test: TestContext, parts: ApiUnderTest = {}): Promise<number> {
  const api = testApi(test, parts);
  await api.listen({ host: '127.0.0.1', port: 0 });
  return (api.server.address() as AddressInfo).port;
}

/** A use case that fails each time. */
export function failing(error: unknown): ReverseShout {
  return () => Promise.reject(error);
}

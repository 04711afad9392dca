import type { IncomingMessage } from 'node:http';
import type { TestContext } from 'node:test';
import inject, { type InjectOptions, type Response } from 'light-my-request';
import type { Clock } from '../../src/core/clock.ts';
import { type ReverseShout, reverser, reverseShout } from '../../src/core/reverse.ts';
import { turns } from '../../src/core/turns.ts';
import { type ApiOptions, type ApiServerParts, apiServer } from '../../src/http/api-server.ts';
import type { HttpServer } from '../../src/http/http-server.ts';
import { type AdmissionLimits, admission } from '../../src/http/limits/admission.ts';
import { InlineBodyRequest } from '../../src/http/node-http.ts';
import { fakeShouter } from './fake-shouter.ts';
import { type RawClient, rawClient } from './raw-client.ts';
import { until } from './until.ts';
import { type TestWorld, testWorld } from './world.ts';

export interface ApiUnderTest extends Partial<ApiServerParts> {
  readonly options?: Partial<ApiOptions>;
  readonly limits?: Partial<AdmissionLimits>;
  readonly world?: TestWorld<Clock>;
}

export interface InjectedServer extends HttpServer {
  /** How many requests have no answer yet. */
  inFlight(): number;
  /** Passes a request to the listener that production uses, without a network. */
  inject(request: InjectOptions | string): Promise<Response>;
}

const OPTIONS: ApiOptions = {
  version: '1.2.3',
  maxBodyBytes: 262_144,
  maxBulkBytes: 1_048_576,
  maxBulkLines: 1000,
  placesOfLine: () => 1,
  keepAliveTimeoutMs: 95_000,
  // A day is longer than any test, so these time limits never end a request.
  slowClientMs: 86_400_000,
  requestDeadlineMs: 86_400_000,
  maxConnections: 1000,
  maxHeldBytes: 67_108_864,
  trustProxy: undefined,
  rateLimitPerMinute: 0,
  corsOrigins: undefined,
};

/** The public API around a fake upstream. A test can `inject` requests or let it listen. It closes at the end of the test. */
export function testApi(
  test: TestContext,
  { options, limits, world = testWorld(), ...parts }: ApiUnderTest = {},
): InjectedServer {
  const admitted = { maxInFlight: 100, isOverloaded: () => false, ...limits };
  const door = admission(admitted, world.emit);
  const api = apiServer(
    {
      reverseShout: reverseShout(fakeShouter(), reverser('grapheme')),
      upstream: () => 'ok',
      admission: door,
      requestCounter: { count: async () => ({ current: 1, leftMs: 60_000 }) },
      draining: new AbortController().signal,
      nextTurn: turns(world.clock),
      ...parts,
    },
    { ...OPTIONS, ...options },
    world,
  );
  // `close` rejects if the test has left requests open.
  test.after(() => api.close('now').catch(() => {}));
  return { ...injected(api), inFlight: door.inFlight };
}

export function injected(server: HttpServer): Omit<InjectedServer, 'inFlight'> {
  return {
    ...server,
    inject: (request) =>
      inject((injected, response) => server.listener(asOfServer(injected), response), request),
  };
}

/** Copies the request into an object of the class that our server uses for requests. */
function asOfServer(injected: IncomingMessage): IncomingMessage {
  const request = new InlineBodyRequest(injected.socket);
  const { method, url, headers, rawHeaders, httpVersionMajor, httpVersionMinor } = injected;
  Object.assign(request, { method, url, headers, rawHeaders, httpVersionMajor, httpVersionMinor });
  injected.on('data', (chunk) => request.push(chunk));
  injected.on('end', () => {
    request.complete = true;
    request.push(null);
  });
  return request;
}

/** The API of `testApi` on a port, for tests about connections. */
export async function listeningServer(test: TestContext, parts: ApiUnderTest = {}) {
  const server = testApi(test, parts);
  return { ...server, port: await server.listen({ host: '127.0.0.1', port: 0 }) };
}

/** The API of `testApi` on a port and on a fake clock. Also returns the fake upstream. */
export async function fakeApi(test: TestContext, parts: ApiUnderTest = {}) {
  const upstream = fakeShouter();
  const world = testWorld();
  const server = await listeningServer(test, {
    world,
    reverseShout: reverseShout(upstream, reverser('grapheme')),
    ...parts,
  });
  return { upstream, world, server, port: server.port };
}

/** The largest file that the API sends. A few unread copies of it are more than the system buffers for a client. */
export const LARGEST_FILE = '/docs/swagger-ui-bundle.js';

/** A client that sends these requests and reads no answer. Resolves when the service waits only for the client to read. */
export async function deafClient(
  test: TestContext,
  server: Awaited<ReturnType<typeof listeningServer>>,
  requests: string,
): Promise<RawClient> {
  const client = await rawClient(test, server.port);
  client.socket.pause();
  client.send(requests);
  await until(test, () => server.status().heldBytes > 0 && server.inFlight() === 0);
  return client;
}

/** With these parts, every client is over its quota. */
export const OVER_QUOTA: ApiUnderTest = {
  options: { rateLimitPerMinute: 1 },
  requestCounter: { count: async () => ({ current: 2, leftMs: 30_000 }) },
};

/** With this limit, there is no room for any request. */
export const NO_ROOM: ApiUnderTest = { limits: { maxInFlight: 0 } };

/** Like `listeningServer`, but returns only the port. */
export async function listeningApi(test: TestContext, parts: ApiUnderTest = {}): Promise<number> {
  return (await listeningServer(test, parts)).port;
}

/** Takes the place of `reverseShout` and always fails with this error. */
export function failing(error: unknown): ReverseShout {
  return () => Promise.reject(error);
}

import { lookup as dnsLookup } from 'node:dns';
import type { TestContext } from 'node:test';
import { systemClock } from '../../../src/core/clock.ts';
import type { Lookup } from '../../../src/core/shared-lookup.ts';
import { verifiedUpperCase } from '../../../src/core/upper-case.ts';
import type { Shoutcloud, ShoutcloudOptions } from '../../../src/shoutcloud/server.ts';
import { httpTransport } from '../../../src/upstream/http-transport.ts';
import { shoutcloudShouter } from '../../../src/upstream/shoutcloud-shouter.ts';
import { testCall } from '../../support/call.ts';
import { worldOn } from '../../support/world.ts';
import { running } from '../shoutcloud/running.ts';

/** A shouter that asks the server at `url`. On the real clock, an attempt can take a minute, which is longer than any test. */
export function shouterFor(test: TestContext, url: string, clock = systemClock, lookup: Lookup = dnsLookup) {
  const world = worldOn(clock);
  const transport = httpTransport({ url, connections: 1, lookup }, world);
  const options = { attemptTimeoutMs: 60_000, verify: verifiedUpperCase };
  const shouter = shoutcloudShouter(transport, options, world);
  test.after(() => transport.close());
  const shout = async (text: string, call = testCall()) => shouter.shout(text, call);
  return { shout, transport, world };
}

/** A SHOUTCLOUD with these options, and a shouter that asks it. */
export async function attempted(
  test: TestContext,
  options: ShoutcloudOptions,
  clock = systemClock,
): Promise<ReturnType<typeof shouterFor> & { shoutcloud: Shoutcloud }> {
  const shoutcloud = await running(test, options);
  return { shoutcloud, ...shouterFor(test, shoutcloud.url, clock) };
}

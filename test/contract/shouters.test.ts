import { memoryStore } from '../../src/cache/memory-store.ts';
import { systemClock } from '../../src/core/clock.ts';
import { AttemptError } from '../../src/core/errors.ts';
import type { Shouter } from '../../src/core/shouter.ts';
import { verifiedUpperCase } from '../../src/core/upper-case.ts';
import { startShoutcloud } from '../../src/shoutcloud/server.ts';
import { cachedShouter } from '../../src/upstream/cached-shouter.ts';
import { coalescedShouter } from '../../src/upstream/coalesced-shouter.ts';
import { deadlineShouter } from '../../src/upstream/deadline-shouter.ts';
import { httpTransport } from '../../src/upstream/http-transport.ts';
import { shoutcloudShouter } from '../../src/upstream/shoutcloud-shouter.ts';
import { fakeShouter } from '../support/fake-shouter.ts';
import { type TestWorld, testWorld, worldOn } from '../support/world.ts';
import { shouterContract } from './shouter-contract.ts';

const LAYERS: Readonly<Record<string, (inner: Shouter, world: TestWorld) => Shouter>> = {
  'fake shouter': (fake) => fake,
  'cached shouter': (inner, world) => cachedShouter(inner, memoryStore({ maxBytes: 4_000_000 }), world),
  'coalesced shouter': coalescedShouter,
  'deadline shouter': (inner, world) => deadlineShouter(inner, { deadlineMs: 3000 }, world),
};
for (const [name, wrap] of Object.entries(LAYERS)) {
  shouterContract(name, (_test, upstream) => {
    const fake = fakeShouter();
    if (upstream === 'failing') fake.failWith(new AttemptError('server_error', 'as told'));
    return { shouter: wrap(fake, testWorld()), sent: () => fake.calls };
  });
}

shouterContract('SHOUTCLOUD shouter', async (t, upstream) => {
  const sent: string[] = [];
  const shoutcloud = await startShoutcloud({
    faults: upstream === 'failing' ? 'status=503' : '',
    onShout: ({ input }) => sent.push(input),
  });
  t.after(() => shoutcloud.close());
  const transport = httpTransport({ url: shoutcloud.url, connections: 4 }, { clock: systemClock });
  t.after(() => transport.close());
  const options = { attemptTimeoutMs: 60_000, verify: verifiedUpperCase };
  const shouter = shoutcloudShouter(transport, options, worldOn(systemClock));
  return { shouter, sent: () => sent };
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Histogram, Registry } from '@prometheus-io/client';
import fc from 'fast-check';
import { QuickHistogram } from '../../../src/telemetry/quick-histogram.ts';

const OPTIONS = {
  name: 'seconds',
  help: 'How long it took.',
  labelNames: ['method', 'status'],
  buckets: [0.001, 0.01, 0.1],
};

const observation = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  status: fc.constantFrom(200, 404),
  // The bounds themselves belong to their buckets.
  value: fc.oneof(fc.constantFrom(0, ...OPTIONS.buckets), fc.double({ min: 0, max: 1, noNaN: true })),
});

test("it says what the library's histogram says", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(observation), async (observations) => {
      const [ours, theirs] = [new Registry(), new Registry()];
      const quick = new QuickHistogram({ ...OPTIONS, registers: [ours] });
      const plain = new Histogram({ ...OPTIONS, registers: [theirs] });

      for (const { method, status, value } of observations) {
        quick.add({ method, status }, value);
        plain.observe({ method, status }, value);
      }

      assert.equal(await ours.metrics(), await theirs.metrics());
      assert.equal(await twice(ours), await twice(theirs));
    }),
  );
});

/** Added up as the series of several processes are. */
async function twice(registry: Registry): Promise<string> {
  const series = await registry.getMetricsAsJSON();
  return Registry.aggregate([series, series]).metrics();
}

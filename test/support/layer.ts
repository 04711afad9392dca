import type { Shout, Shouter } from '../../src/core/shouter.ts';
import { testCall } from './call.ts';
import { settled } from './fake-clock.ts';
import { type FakeShouter, type FakeShouterOptions, fakeShouter } from './fake-shouter.ts';
import { type TestWorld, testWorld } from './world.ts';

/** A layer around a fake, on a clock that the test moves. `wrap` makes the layer, and can pass the world to other parts. */
export function layerUnderTest<L extends Shouter>(
  wrap: (upstream: FakeShouter, world: TestWorld) => L,
  { world = testWorld(), ...options }: FakeShouterOptions & { world?: TestWorld } = {},
) {
  const upstream = fakeShouter(options);
  const layer = wrap(upstream, world);
  const shout = async (text: string, call = testCall()) => layer.shout(text, call);
  // Asks for all texts in one turn of the event loop. Resolves with the text or the error of each answer.
  const shoutAll = (texts: readonly string[]) => Promise.all(texts.map((text) => endOf(shout(text))));
  return { layer, upstream, world, clock: world.clock, shout, shoutAll };
}

/** Resolves with the text of the answer, or with the error. */
export async function endOf(answer: Promise<Shout>): Promise<unknown> {
  return (await answer.catch((error) => ({ text: error }))).text;
}

/** The state of a promise now: its value, its error, or `'waits'`. */
export function soFar(promise: Promise<unknown>): Promise<unknown> {
  return Promise.race([promise.catch((error) => error), settled().then(() => 'waits')]);
}

export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `text ${i}`);
}

import { type Answer, openCaller, questionOf } from '../../support/caller.ts';
import type { Load } from '../../support/load.ts';
import { someTexts } from '../../support/load-texts.ts';
import type { Gateway } from '../tools/gateway.ts';
import type { Lab } from '../tools/lab.ts';
import type { Attack } from './attacks/attack.ts';

/** The memory limit of the chart's pod. */
export const POD_BYTES = 250 * 2 ** 20;

const KNOWN = 20;
/** More than the size of a small body, because a small body gets in even if there is no room. */
const LARGE_LENGTH = 20_000;
const LARGE = 4;

/** This many texts of 200 KB fill the memory cache. The cache of a pod that has served for a while is full, too. */
const FILLING = 175;

/**
 * Starts the service as the chart runs it, with the memory limit of its pod and default settings. Then fills its cache and asks for
 * the texts of the honest clients, so that they are known.
 */
export async function serviceInPod(lab: Lab, { env, upstreamHangs }: Attack): Promise<Gateway> {
  const { filling, known, large } = textsOf(lab);
  const texts = [filling, known, large].flatMap((source) => someTexts(source.cycle, source));
  const all = [...texts, 'known', 'test'];
  const hangs = ['--script', `ok*${all.length}`, '--fault', 'hang'];
  const upstream = await lab.shoutcloud(['--latency', '20', ...(upstreamHangs ? hangs : [])]);
  const gateway = await lab.gatewayWithin(POD_BYTES, { SHOUTCLOUD_URL: upstream, DRAIN_MS: '6000', ...env });
  const caller = openCaller(gateway);
  for (const text of all) {
    const { isRight } = await caller.ask(questionOf(text));
    if (!isRight) throw new Error('a string is not known although nothing is wrong yet');
  }
  caller.close();
  return gateway;
}

/** Each second asks for 20 known texts on kept connections, 20 known texts on new connections, and 4 large texts. */
export function honestCallers(lab: Lab, gateway: Gateway): Load {
  const { known, large } = textsOf(lab);
  return lab.load(gateway, [
    { label: 'kept', texts: known, perSecond: 20 },
    { label: 'fresh', texts: known, perSecond: 20, requestsEach: 1 },
    { label: 'large', texts: large, perSecond: 4, requestsEach: 1 },
  ]);
}

/** Whether the text is short. Texts of 20 KB wait behind those of the attackers, so their time is shown without a limit. */
export function isShort({ label }: Pick<Answer, 'label'>): boolean {
  return label !== 'large';
}

function textsOf({ seed }: Lab) {
  return {
    filling: { seed: seed + 3, cycle: FILLING, length: 200_000 },
    known: { seed: seed + 1, cycle: KNOWN },
    large: { seed: seed + 2, cycle: LARGE, length: LARGE_LENGTH },
  };
}

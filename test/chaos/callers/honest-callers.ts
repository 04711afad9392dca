import { askOn } from '../tools/answer.ts';
import type { Gateway } from '../tools/gateway.ts';
import type { Lab } from '../tools/lab.ts';
import type { Load } from '../tools/load.ts';
import { someTexts } from '../tools/texts.ts';
import { openWire } from '../tools/wire.ts';
import type { Attack } from './attacks/attack.ts';

/** The memory limit of the chart's pod. */
export const POD_BYTES = 250 * 2 ** 20;

const KNOWN = 20;
/** More than what is let in as a small body. */
const LARGE_LENGTH = 20_000;
const LARGE = 4;

/** Texts of 200 KB that fill the memory cache, which is full in a pod that has served for a while. */
const FILLING = 175;

/**
 * The service as the chart runs it, in its pod's memory and with default settings. Its cache is full, and it knows what
 * honest callers ask.
 */
export async function serviceInPod(lab: Lab, { env, upstreamHangs }: Attack): Promise<Gateway> {
  const known = [...fillingTexts(lab), ...knownTexts(lab), ...largeTexts(lab), 'known', 'test'];
  const hangs = ['--script', `ok*${known.length}`, '--fault', 'hang'];
  const upstream = await lab.shoutcloud(['--latency', '20', ...(upstreamHangs ? hangs : [])]);
  const gateway = await lab.gatewayWithin(POD_BYTES, { SHOUTCLOUD_URL: upstream, DRAIN_MS: '6000', ...env });
  const wire = openWire(gateway.port);
  for (const text of known) {
    const { isRight } = await askOn(wire, text);
    if (!isRight) throw new Error('a string is not known although nothing is wrong yet');
  }
  wire.close();
  return gateway;
}

/** 20 known strings a second on kept connections, 20 on fresh ones, and 4 large ones. */
export function honestCallers(lab: Lab, gateway: Gateway): Load {
  const known = { texts: { kind: 'list', texts: knownTexts(lab) }, perSecond: 20 } as const;
  const large = { texts: { kind: 'list', texts: largeTexts(lab) }, perSecond: 4, isFresh: true } as const;
  return lab.load(gateway, [
    { label: 'kept', ...known },
    { label: 'fresh', ...known, isFresh: true },
    { label: 'large', ...large },
  ]);
}

function fillingTexts({ seed }: Lab): string[] {
  return someTexts(FILLING, seed + 3, 200_000);
}

function knownTexts({ seed }: Lab): string[] {
  return someTexts(KNOWN, seed + 1);
}

function largeTexts({ seed }: Lab): string[] {
  return someTexts(LARGE, seed + 2, LARGE_LENGTH);
}

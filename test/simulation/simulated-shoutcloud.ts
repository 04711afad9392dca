import { encodeAnswer, goUpperCase } from '../../src/shoutcloud/go-behaviour.ts';
import { wrongBodies } from '../../src/shoutcloud/wrong-bodies.ts';
import type { AttemptRequest, Transport } from '../../src/upstream/http-transport.ts';
import type { Attempt, AttemptRules } from './attempt-rules.ts';
import type { Dice } from './dice.ts';
import type { Journal } from './journal.ts';
import { RETRY_AFTER_VALUES } from './retry-after-values.ts';
import type { Scenario } from './scenario.ts';
import { idsIn, isPoison } from './texts.ts';

/** The head of a response and the parts of its body, each with the time to wait before it. After `never`, nothing more comes. */
interface Reply {
  readonly headMs: number | 'never' | 'refused';
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly parts: readonly Part[];
  readonly pauseMs?: number;
}

type Part = { readonly afterMs: number; readonly bytes: Uint8Array } | 'never' | 'cut';

const WRONG_KINDS = Object.keys(wrongBodies).filter((kind) => kind !== 'deep');
const REFUSED: Reply = { headMs: 'refused', statusCode: 0, parts: [] };
const SILENT: Reply = { headMs: 'never', statusCode: 0, parts: [] };

/** SHOUTCLOUD and the network in front of it, on the virtual clock. Each attempt has a random fault or none. */
export function simulatedShoutcloud(
  { latencyMs, upstreamFaults }: Scenario,
  rules: AttemptRules,
  { dice: roll, journal }: { dice: Dice; journal: Journal },
): Transport {
  const { clock } = journal;
  const startedAt = clock.now();
  let previous = '‹0›';

  return {
    async send(request) {
      const input: string = JSON.parse(request.body).INPUT;
      const attempt = rules.started(idsIn(input));
      const reply = replyTo(input);
      previous = input;
      journal.note('attempt', () => `${attempt.ids.join()} ${reply.kind}`);
      return respond(reply, request, attempt);
    },
    close: async () => {},
  };

  function replyTo(input: string): Reply & { kind: string } {
    const kind = faultNow() ?? (isPoison(input) ? roll.one(['rejected', 'mistaken']) : 'none');
    return { kind, ...replyOf(kind, input) };
  }

  function faultNow(): string | undefined {
    const now = clock.now() - startedAt;
    const fault = upstreamFaults.find(({ from, to }) => now >= from && now < to);
    return fault && roll.chance(fault.share) ? roll.one(fault.kinds) : undefined;
  }

  function replyOf(kind: string, input: string): Reply {
    const headMs = Math.round(roll.between(...latencyMs));
    const output = goUpperCase(input);
    const sound = Buffer.from(encodeAnswer(input, output));
    const ok = (bytes: Uint8Array): Reply => ({ headMs, statusCode: 200, parts: [{ afterMs: 0, bytes }] });
    const half = { afterMs: 0, bytes: sound.subarray(0, sound.length >> 1) };
    const replies: Readonly<Record<string, () => Reply>> = {
      refused: () => REFUSED,
      hang: () => SILENT,
      status: () => status(headMs, roll.one([500, 500, 502, 503, 504, 408])),
      throttled: () => throttled(headMs),
      rejected: () => status(headMs, roll.one([400, 301, 404, 204, 413])),
      wrong: () => ok(wrong(input, output)),
      mistaken: () => ok(Buffer.from(encodeAnswer(input, `${output}!`))),
      swapped: () => ok(Buffer.from(encodeAnswer(input, withPartsSwapped(output)))),
      crossed: () => ok(Buffer.from(encodeAnswer(previous, goUpperCase(previous)))),
      slow: () => ({ ...ok(sound), headMs: Math.round(roll.between(100, 2000)) }),
      drip: () => ({ headMs, statusCode: 200, parts: drops(sound) }),
      cut: () => ({ headMs, statusCode: roll.one([200, 500]), parts: [half, 'cut'] }),
      stall: () => ({ headMs, statusCode: roll.one([200, 503]), parts: [half, 'never'] }),
      endless: () => ({ headMs, statusCode: roll.one([200, 500]), parts: endless(12 * sound.length) }),
    };
    return replies[kind]?.() ?? ok(sound);
  }

  function wrong(input: string, output: string): Uint8Array {
    const kind = roll.one(WRONG_KINDS);
    return Buffer.from(wrongBodies[kind]?.write({ input, output, previous }) ?? '');
  }

  function status(headMs: number, statusCode: number): Reply {
    return { headMs, statusCode, parts: [{ afterMs: 0, bytes: Buffer.from('no\n') }] };
  }

  function throttled(headMs: number): Reply {
    const value = roll.one(RETRY_AFTER_VALUES);
    const epochMs = clock.epochMs() + headMs;
    const reply = status(headMs, roll.one([429, 429, 503]));
    return { ...reply, headers: { 'retry-after': value.header(epochMs) }, pauseMs: value.pauseMs(epochMs) };
  }

  async function respond(reply: Reply, { signal }: AttemptRequest, attempt: Attempt) {
    const { headMs, statusCode, headers = {} } = reply;
    try {
      if (headMs === 'refused') throw new Error('connection refused');
      await (headMs === 'never' ? aborted(signal) : clock.sleep(headMs, signal));
    } catch (error) {
      rules.ended(attempt);
      throw error;
    }
    const closeConnection = () => rules.ended(attempt);
    return { statusCode, headers, body: bodyOf(reply, signal, attempt), closeConnection };
  }

  async function* bodyOf({ parts, pauseMs = 0 }: Reply, signal: AbortSignal, attempt: Attempt) {
    const headAt = clock.now();
    try {
      for (const part of parts) {
        if (part === 'cut') throw new Error('connection reset');
        if (part === 'never') return await aborted(signal);
        if (part.afterMs > 0) await clock.sleep(part.afterMs, signal);
        yield part.bytes;
      }
      if (pauseMs > 0) rules.paused(headAt + pauseMs);
    } finally {
      rules.ended(attempt);
    }
  }

  /** The bytes one by one, with a pause before each. */
  function drops(bytes: Uint8Array): Part[] {
    const afterMs = roll.one([1, 20, 200]);
    return Array.from(bytes.subarray(0, 500), (byte) => ({ afterMs, bytes: Uint8Array.of(byte) }));
  }
}

function endless(bytes: number): Part[] {
  const chunk = { afterMs: 1, bytes: Buffer.alloc(16_384, 'x') };
  return Array.from({ length: Math.ceil(bytes / 16_384) + 3 }, () => chunk);
}

/** The output with the first two parts of a batch exchanged. */
function withPartsSwapped(output: string): string {
  return output.replace(/(‹\d+›[^‹]*)([\0-\x1f])(‹\d+›[^‹]*)/, '$3$2$1');
}

function aborted(signal: Pick<AbortSignal, 'aborted' | 'reason' | 'addEventListener'>): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

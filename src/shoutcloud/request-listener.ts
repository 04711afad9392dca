import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock } from '../core/clock.ts';
import { answer } from './answer.ts';
import type { Connections } from './connections.ts';
import { type Exchange, readRequest, send } from './exchange.ts';
import type { Fault, FaultChooser, FaultKind } from './faults.ts';
import { goUpperCase } from './go-behaviour.ts';

/** How the server treats the next well-formed request. Can change between two of them. */
export interface Behaviour {
  choose: FaultChooser;
  latencyMs: number;
}

export interface ObservedShout {
  /** Counts the well-formed requests from 0. */
  index: number;
  input: string;
  outcome: FaultKind | 'ok';
  /** The fault with its values; `undefined` for a good answer. */
  fault: Fault | undefined;
}

/** A request that SHOUTCLOUD does not understand, and the status of its answer. */
export interface ObservedRefusal {
  status: number;
  method: string | undefined;
  path: string | undefined;
}

interface Parts {
  behaviour: Behaviour;
  counts: RequestCounts;
  connections: Connections;
  clock: Clock;
  onShout: (shout: ObservedShout) => void;
  onRefusal: (refusal: ObservedRefusal) => void;
}

/** Answers each request. A failure of a fault chooser becomes a 500; a caller that hangs up is ignored. */
export function requestListener(parts: Parts): RequestListener {
  return (request, response) => {
    parts.counts.arrived(response);
    serve(parts, request, response).catch((error: unknown) => {
      const isGone = request.errored !== null || request.socket.destroyed;
      if (isGone) return;
      if (response.headersSent) request.socket.destroy();
      else send(response, 500, { 'Content-Type': 'text/plain' }, `${error}\n`);
    });
  };
}

async function serve(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const asked = await readRequest(request);
  if ('refused' in asked) {
    const { status, headers, body } = asked.refused;
    parts.onRefusal({ status, method: request.method, path: request.url });
    return send(response, status, headers, body);
  }
  await shout(parts, asked.input, response);
}

async function shout(parts: Parts, input: string, response: ServerResponse): Promise<void> {
  const { behaviour, counts, connections, clock, onShout } = parts;
  const { index, previous } = counts.asked(input);
  const fault = behaviour.choose(index, input);
  onShout({ index, input, outcome: fault?.kind ?? 'ok', fault });

  const { socket } = response.req;
  const signal = connections.signalOf(socket);
  if (behaviour.latencyMs > 0) await clock.sleep(behaviour.latencyMs, signal);
  const exchange: Exchange = {
    shouted: { input, output: goUpperCase(input), previous },
    response,
    socket,
    signal,
    clock,
  };
  await answer(exchange, fault);
}

/** What the server was asked, and how much of it at once. */
export interface RequestCounts {
  /** How many requests came, well-formed or not. */
  calls(): number;
  /** The last INPUT strings, oldest first. */
  inputs(): readonly string[];
  /** How many requests are being answered. */
  active(): number;
  /** The most requests that were ever being answered at once. */
  maxActive(): number;
  arrived(response: ServerResponse): void;
  /** Returns the index of this well-formed request, from 0, and the input before it. */
  asked(input: string): { index: number; previous: string };
}

export function requestCounts(keptInputs: number): RequestCounts {
  const inputs: string[] = [];
  let calls = 0;
  let active = 0;
  let maxActive = 0;
  let count = 0;
  let last = 'nobody';

  return {
    calls: () => calls,
    inputs: () => [...inputs],
    active: () => active,
    maxActive: () => maxActive,
    arrived(response) {
      calls += 1;
      active += 1;
      maxActive = Math.max(maxActive, active);
      response.once('close', () => {
        active -= 1;
      });
    },
    asked(input) {
      const previous = last;
      last = input;
      inputs.push(input);
      if (inputs.length > keptInputs) inputs.shift();
      return { index: count++, previous };
    },
  };
}

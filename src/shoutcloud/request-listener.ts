import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock } from '../core/clock.ts';
import { answer } from './answer.ts';
import type { Connections } from './connections.ts';
import { type Exchange, send } from './exchange.ts';
import type { FaultChooser, FaultKind } from './faults.ts';
import { goUpperCase } from './go-upper-case.ts';
import { readRequest } from './requests.ts';
import type { Tally } from './tally.ts';

/** How the server treats the next well-formed request; may change between two of them. */
export interface Behaviour {
  choose: FaultChooser;
  latencyMs: number;
}

export interface ObservedShout {
  /** Counts the well-formed requests from 0. */
  index: number;
  input: string;
  outcome: FaultKind | 'ok';
}

interface Parts {
  behaviour: Behaviour;
  counts: Tally;
  connections: Connections;
  clock: Clock;
  onShout: (shout: ObservedShout) => void;
}

/** Answers each request; a caller who hangs up is forgotten, any other failure (of a fault chooser) becomes a 500. */
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
    return send(response, status, headers, body);
  }
  await shout(parts, asked.input, response);
}

async function shout(parts: Parts, input: string, response: ServerResponse): Promise<void> {
  const { behaviour, counts, connections, clock, onShout } = parts;
  const { index, previous } = counts.asked(input);
  const fault = behaviour.choose(index, input);
  onShout({ index, input, outcome: fault?.kind ?? 'ok' });

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

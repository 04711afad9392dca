import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import { type Exchange, send, sendBody } from './exchange.ts';
import type { FaultChooser } from './fault-plan.ts';
import { answerWith, type Fault } from './faults.ts';
import { decodeInput, encodeAnswer, goUpperCase } from './go-behaviour.ts';

export interface ObservedShout {
  /** Counts the well-formed requests from 0. */
  index: number;
  input: string;
  /** `undefined` for a good answer. */
  fault: Fault | undefined;
}

/** A request that SHOUTCLOUD does not understand, and the status of its answer. */
export interface ObservedRefusal {
  status: number;
  method: string | undefined;
  path: string | undefined;
}

/** What the server was asked, and how much of it at once. */
export interface RequestCounts {
  /** How many requests came, well-formed or not. */
  calls: number;
  /** The strings of the last well-formed requests, oldest first. */
  inputs: string[];
  /** How many requests wait for the end of their answer. */
  activeRequests: number;
  maxConcurrentRequests: number;
}

interface Parts {
  /** How the next well-formed request is treated. Can change between two of them. */
  readonly behaviour: { choose: FaultChooser; latencyMs: number };
  readonly counts: RequestCounts;
  /** How many of the last inputs are kept. */
  readonly keptInputs: number;
  readonly signalOf: (socket: Socket) => AbortSignal;
  readonly clock: Clock;
  readonly onShout: (shout: ObservedShout) => void;
  readonly onRefusal: (refusal: ObservedRefusal) => void;
}

/** Answers each request. A failure of a fault chooser becomes a 500; a caller that hangs up is ignored. */
export function requestListener(parts: Parts): RequestListener {
  const { behaviour, counts, keptInputs, signalOf, clock, onShout, onRefusal } = parts;
  let shouts = 0;
  let previous = 'nobody';

  return (request, response) => {
    counts.calls++;
    counts.activeRequests++;
    counts.maxConcurrentRequests = Math.max(counts.maxConcurrentRequests, counts.activeRequests);
    response.once('close', () => counts.activeRequests--);
    serve(request, response).catch((error: unknown) => {
      if (request.errored !== null || request.socket.destroyed) return;
      if (response.headersSent) request.socket.destroy();
      else send(response, 500, { headers: TEXT, body: `${error}\n` });
    });
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await readRequest(request);
    if (typeof asked === 'string') return shout(asked, response);
    const { status, ...refusal } = asked;
    onRefusal({ status, method: request.method, path: request.url });
    send(response, status, refusal);
  }

  async function shout(input: string, response: ServerResponse): Promise<void> {
    const output = goUpperCase(input);
    const exchange: Exchange = {
      shouted: { input, output, previous },
      body: encodeAnswer(input, output),
      response,
      socket: response.req.socket,
      signal: signalOf(response.req.socket),
      clock,
    };
    previous = input;
    counts.inputs.push(input);
    if (counts.inputs.length > keptInputs) counts.inputs.shift();
    const index = shouts++;
    const fault = behaviour.choose(index, input);
    onShout({ index, input, fault });
    if (behaviour.latencyMs > 0) await clock.sleep(behaviour.latencyMs, exchange.signal);
    if (fault) await answerWith(exchange, fault);
    else sendBody(exchange, exchange.body);
  }
}

/** The whole answer to a request that SHOUTCLOUD does not understand. */
interface Refusal {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const TEXT = { 'Content-Type': 'text/plain' };
const NOT_FOUND: Refusal = { status: 404, headers: TEXT, body: '404 page not found\n' };
const NOT_ALLOWED: Refusal = { status: 405, headers: { Allow: 'POST' }, body: '' };
const BAD_REQUEST: Refusal = { status: 400, headers: TEXT, body: 'BAD REQUEST\n' };

const PATH = '/V1/SHOUT';
const MEDIA_TYPES: readonly (string | undefined)[] = ['application/json', 'APPLICATION/JSON'];
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Reads the INPUT of one request, or refuses it, as SHOUTCLOUD does. Rejects if the caller hangs up before its end. */
async function readRequest(request: IncomingMessage): Promise<string | Refusal> {
  const [path] = (request.url ?? '').split('?', 1);
  if (path !== PATH) return NOT_FOUND;
  if (request.method !== 'POST') return NOT_ALLOWED;
  // SHOUTCLOUD compares this byte for byte: a charset parameter is a bad request.
  if (!MEDIA_TYPES.includes(request.headers['content-type'])) return BAD_REQUEST;
  const body = await readBody(request);
  return (body && decodeInput(body)) ?? BAD_REQUEST;
}

/** `undefined` for a body over the limit, the rest of which stays unread. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const parts: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const part of parts) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(part);
  }
  return Buffer.concat(chunks);
}

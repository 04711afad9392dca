import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import type { Fault, FaultChooser } from './fault-plan.ts';
import { decodeInput, encodeAnswer, goUpperCase } from './go-behaviour.ts';
import { type PendingShout, send, sendBody } from './pending-shout.ts';

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

interface Parts {
  readonly choose: FaultChooser;
  readonly latencyMs: number;
  readonly signalOf: (socket: Socket) => AbortSignal;
  readonly clock: Clock;
  readonly onShout: (shout: ObservedShout) => void;
  readonly onRefusal: (refusal: ObservedRefusal) => void;
}

/** Answers each request. Closes the connection of one that cannot be answered, because its caller has hung up. */
export function requestListener(parts: Parts): RequestListener {
  const { choose, latencyMs, signalOf, clock, onShout, onRefusal } = parts;
  let shouts = 0;
  let previous = 'nobody';
  return (request, response) => void serve(request, response).catch(() => request.socket.destroy());

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await readRequest(request);
    if (typeof asked === 'string') return shout(asked, response);
    const { status, ...refusal } = asked;
    onRefusal({ status, method: request.method, path: request.url });
    send(response, status, refusal);
  }

  async function shout(input: string, response: ServerResponse): Promise<void> {
    const output = goUpperCase(input);
    const { socket } = response.req;
    const signal = signalOf(socket);
    const body = encodeAnswer(input, output);
    const shouted = { input, output, previous };
    const pending: PendingShout = { shouted, body, response, socket, signal, clock };
    previous = input;
    const index = shouts++;
    const fault = choose(index);
    onShout({ index, input, fault });
    if (latencyMs > 0) await clock.sleep(latencyMs, signal);
    if (fault) await fault.answer(pending);
    else sendBody(pending, body);
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

/** `undefined` for a body over the limit. The rest of it stays unread. */
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

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { World } from '../core/events.ts';
import type { ReverseShout } from '../core/reverse-shout.ts';
import type { Shout } from '../core/shouter.ts';
import { shoutBody } from './answer.ts';
import { cacheStatus } from './cache-status.ts';
import { Caller } from './caller.ts';
import { observeRequest } from './observe-request.ts';
import type { TakeFromQuota } from './rate-limit.ts';
import { requestId } from './request-id.ts';
import { textOf } from './schemas.ts';
import { toldProblem } from './send-problem.ts';
import { STANDARD_HEADERS } from './standard-headers.ts';

export interface ShortcutParts {
  readonly reverseShout: ReverseShout;
  readonly parseBody: (request: IncomingMessage) => Promise<unknown>;
  readonly takeFromQuota: TakeFromQuota | undefined;
  readonly draining: AbortSignal;
}

/** The paths that `shoutPost` has, and with them the names of their routes. */
const PATHS = new Set<string | undefined>(['/v1', '/', '/v1/']);

const STANDARD = Object.entries(STANDARD_HEADERS).flat();
const ANSWER = [...STANDARD, 'content-type', 'application/json'];

/**
 * Answers POSTs of one string past the framework, which costs as much as all the rest of a known string's answer; what
 * is not one goes on to `listener`. A caller cannot tell the ways apart: the contract suite runs on both (ADR 0015).
 */
export function shortcut(listener: RequestListener, parts: ShortcutParts, world: World): RequestListener {
  const { reverseShout, parseBody, takeFromQuota, draining } = parts;
  return (request, response) => {
    if (request.method !== 'POST' || !PATHS.has(request.url)) return listener(request, response);
    const { url: route = '' } = request;
    const id = requestId(request.headers['x-request-id']);
    observeRequest({ method: 'POST', id, route: () => route }, response, world);
    void answer(request, response, id);
  };

  /** Never rejects: what goes wrong becomes an answer. */
  async function answer(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    try {
      if (takeFromQuota) await charge(takeFromQuota, request, response);
      const text = textOf(await parseBody(request));
      const shout = reverseShout(text, new Caller(response));
      send(response, id, shout instanceof Promise ? await shout : shout);
    } catch (error) {
      refuse(response, id, error);
    }
  }

  async function charge(
    take: TakeFromQuota,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { headers, refusal } = await take(request);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (refusal) throw refusal;
  }

  function send(response: ServerResponse, id: string, shout: Shout): void {
    const body = shoutBody(shout);
    const length = Buffer.byteLength(body);
    const own = ['x-request-id', id, 'cache-status', cacheStatus(shout), 'content-length', `${length}`];
    response.writeHead(200, [...ANSWER, ...own, ...connection()]);
    response.end(body);
  }

  function refuse(response: ServerResponse, id: string, error: unknown): void {
    const { status, headers, body } = toldProblem(world, error, id);
    const own = ['x-request-id', id, 'content-length', `${Buffer.byteLength(body)}`];
    response.writeHead(status, [...STANDARD, ...Object.entries(headers).flat(), ...own, ...connection()]);
    response.end(body);
  }

  function connection(): readonly string[] {
    return draining.aborted ? CLOSE : [];
  }
}

const CLOSE = ['connection', 'close'];

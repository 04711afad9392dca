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
import { SHOUT_PATHS } from './routes/shout-post.ts';
import { textOf } from './schemas.ts';
import { toldProblem } from './send-problem.ts';
import { STANDARD_HEADERS } from './standard-headers.ts';

export interface ShortcutParts {
  readonly reverseShout: ReverseShout;
  readonly parseBody: (request: IncomingMessage) => Promise<unknown>;
  readonly takeFromQuota: TakeFromQuota | undefined;
  readonly draining: AbortSignal;
}

/** They are also the names of their routes. */
const PATHS = new Set<string | undefined>(SHOUT_PATHS);

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
    let own = ['x-request-id', id];
    if (draining.aborted) own = [...own, 'connection', 'close'];
    try {
      if (takeFromQuota) {
        const { headers, refusal } = await takeFromQuota(request);
        own = [...own, ...headers];
        if (refusal) throw refusal;
      }
      const text = textOf(await parseBody(request));
      const shout = reverseShout(text, new Caller(response));
      send(response, own, shout instanceof Promise ? await shout : shout);
    } catch (error) {
      const { status, headers, body } = toldProblem(world, error, id);
      const length = ['content-length', String(Buffer.byteLength(body))];
      response.writeHead(status, [...STANDARD, ...Object.entries(headers).flat(), ...own, ...length]);
      response.end(body);
    }
  }
}

/** One `writeHead` with a flat list: headers that are set one by one are copied and checked twice. */
function send(response: ServerResponse, own: readonly string[], shout: Shout): void {
  const body = shoutBody(shout);
  const bytes = Buffer.byteLength(body);
  const length = ['content-length', String(bytes)];
  response.writeHead(200, [...ANSWER, 'cache-status', cacheStatus(shout), ...own, ...length]);
  // Of ASCII both encodings are the same, and this one need not look at it.
  response.end(body, bytes === body.length ? 'latin1' : 'utf8');
}

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { World } from '../core/events.ts';
import type { ReverseShout } from '../core/reverse-shout.ts';
import type { Shout } from '../core/shouter.ts';
import { shoutBody } from './answer.ts';
import { cacheStatus } from './cache-status.ts';
import { Caller } from './caller.ts';
import { observeRequest } from './observe-request.ts';
import type { QuickHead } from './quick-head.ts';
import { type Quota, quotaHeaders, type TakeFromQuota } from './rate-limit.ts';
import { type BodyLimits, type Parse, parserFor, readBody } from './request-body.ts';
import { requestId } from './request-id.ts';
import { SHOUT_PATHS } from './routes/shout-post.ts';
import { textOf } from './schemas.ts';
import { toldProblem } from './send-problem.ts';
import { STANDARD_HEADERS } from './standard-headers.ts';

export interface ShortcutParts {
  readonly reverseShout: ReverseShout;
  readonly bodyLimits: BodyLimits;
  readonly takeFromQuota: TakeFromQuota | undefined;
  readonly draining: AbortSignal;
  readonly writeQuickHead: QuickHead;
}

/** They are also the names of their routes. */
const PATHS = new Set<string | undefined>(SHOUT_PATHS);

const STANDARD = Object.entries(STANDARD_HEADERS).flat();

/**
 * Answers POSTs of one string past the framework, which costs as much as all the rest of a known string's answer; what
 * is not one goes on to `listener`. A caller cannot tell the ways apart: the contract suite runs on both (ADR 0015).
 */
export function shortcut(listener: RequestListener, parts: ShortcutParts, world: World): RequestListener {
  const { reverseShout, bodyLimits, takeFromQuota, draining, writeQuickHead } = parts;
  const { clock } = world;
  return (request, response) => {
    if (request.method !== 'POST' || !PATHS.has(request.url)) return listener(request, response);
    const { url: route = '' } = request;
    const id = requestId(request.headers['x-request-id']);
    observeRequest({ method: 'POST', id, route: () => route }, response, world);
    answer(request, response, id);
  };

  /** Never throws: what goes wrong becomes an answer. */
  function answer(request: IncomingMessage, response: ServerResponse, id: string): void {
    let quota: Quota | undefined;
    let parse: Parse;
    try {
      const taken = takeFromQuota?.(request);
      if (taken instanceof Promise) taken.then(read).catch(fail);
      else read(taken);
    } catch (error) {
      fail(error);
    }

    function read(taken: Quota | undefined): void {
      quota = taken;
      if (quota?.refusal) throw quota.refusal;
      parse = parserFor(request.headers['content-type']);
      readBody(request, bodyLimits, clock, { arrived, failed: fail });
    }

    function arrived(bytes: Buffer): void {
      try {
        const shout = reverseShout(textOf(parse(bytes)), new Caller(response));
        if (shout instanceof Promise) shout.then(send, fail);
        else send(shout);
      } catch (error) {
        fail(error);
      }
    }

    function send(shout: Shout): void {
      const body = shoutBody(shout);
      const bytes = Buffer.byteLength(body);
      const status = cacheStatus(shout);
      const isQuick =
        !draining.aborted && writeQuickHead(response, { cacheStatus: status, id, quota, bytes });
      if (!isQuick) writeHead(200, ['content-type', 'application/json', 'cache-status', status], bytes);
      // Of ASCII both encodings are the same, and this one need not look at it.
      response.end(body, bytes === body.length ? 'latin1' : 'utf8');
    }

    function fail(error: unknown): void {
      const { status, headers, body } = toldProblem(world, error, id);
      writeHead(status, Object.entries(headers).flat(), Buffer.byteLength(body));
      response.end(body);
    }

    /** With a flat list: headers that are set one by one are copied and checked twice. */
    function writeHead(status: number, own: readonly string[], bytes: number): void {
      const headers = [...STANDARD, ...own, 'x-request-id', id, 'content-length', String(bytes)];
      if (quota) headers.push(...Object.entries(quotaHeaders(quota)).flat());
      if (draining.aborted) headers.push('connection', 'close');
      response.writeHead(status, headers);
    }
  }
}

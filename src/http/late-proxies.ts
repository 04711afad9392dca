import type { IncomingHttpHeaders } from 'node:http';

/**
 * How long the work on a body that a proxy passed on waits. A proxy written in Go drops the rest of an answer that begins before the
 * proxy has noticed that it sent the whole request (ADR 0027).
 */
export const PROXY_MS = 2;

/** Such a proxy reads 4 KiB of an answer at once, so nothing of a shorter answer is dropped. A longer body can have a longer answer. */
const SHORT_BODY = 2048;

/** Whether the work on a body of this many bytes waits. An answer that is streamed is never read at once. */
export function waitsForProxy(headers: IncomingHttpHeaders, bytes: number, isStreamed: boolean): boolean {
  const isForwarded = () =>
    ['x-forwarded-for', 'forwarded', 'via'].some((name) => headers[name] !== undefined);
  return (isStreamed || bytes > SHORT_BODY) && isForwarded();
}

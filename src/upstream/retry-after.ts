/** What an upstream may make us wait, in milliseconds. */
const LEAST_MS = 1000;
const MOST_MS = 60_000;

/**
 * The pause that a Retry-After header (RFC 9110 §10.2.3: seconds or an HTTP date) asks for, brought into 1…60 s.
 * One that makes no sense, or is already over, counts as absent.
 */
export function retryAfterMs(header: string | string[] | undefined, epochMs: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const ms = waitMs(header.trim(), epochMs);
  return ms > 0 ? Math.min(Math.max(ms, LEAST_MS), MOST_MS) : undefined;
}

function waitMs(value: string, epochMs: number): number {
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  if (/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(value))
    return Date.parse(value.endsWith('GMT') ? value : `${value} GMT`) - epochMs;
  return Number.NaN;
}

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export interface SmokeOptions {
  /** How long it can take until tuohs answers at the address: routes, certificates and DNS need a moment. */
  readonly waitMs: number;
  readonly pauseMs?: number;
}

/**
 * Checks a service that was just deployed. Resolves with a line for each thing that is right, and rejects at the first that
 * is not. An honest refusal counts as right, because an outage of SHOUTCLOUD is not a reason to roll a release back.
 */
export async function smoke(url: string, { waitMs, pauseMs = 1000 }: SmokeOptions): Promise<string[]> {
  const giveUpAt = performance.now() + waitMs;
  for (;;) {
    try {
      await isTuohs(url);
      break;
    } catch (error) {
      if (performance.now() >= giveUpAt) throw error;
      await sleep(pauseMs);
    }
  }
  return [`${url} is tuohs`, await answersOrRefuses(url), await refusesBadInput(url)];
}

async function isTuohs(url: string): Promise<void> {
  const { status, body } = await ask(url, '/');
  if (status !== 200 || body.name !== 'tuohs') throw new Error(`${url} is not tuohs: ${said(status, body)}`);
}

async function answersOrRefuses(url: string): Promise<string> {
  // A text that no cache knows.
  const text = `smoke ${randomUUID()}`;
  const { status, body } = await ask(url, '/v1', { data: text });
  if (status === 200 && body.data === [...text].reverse().join('').toUpperCase())
    return 'a fresh text is answered';
  if (isHonestRefusal(status, body)) return `a fresh text is refused, because SHOUTCLOUD fails: ${body.code}`;
  throw new Error(`a fresh text is neither answered nor refused: ${said(status, body)}`);
}

async function refusesBadInput(url: string): Promise<string> {
  const { status, body } = await ask(url, '/v1', { data: 5 });
  if (status === 400 && body.code === 'BAD_INPUT') return 'bad input is refused';
  throw new Error(`bad input is not refused: ${said(status, body)}`);
}

/** Whether the service says that SHOUTCLOUD is the problem (docs/errors.md). */
function isHonestRefusal(status: number, body: Body): boolean {
  return (
    [503, 504].includes(status) &&
    /^UPSTREAM_[A-Z]+$/.test(String(body.code)) &&
    typeof body.error === 'string'
  );
}

type Body = Readonly<Record<string, unknown>>;

async function ask(url: string, path: string, data?: object): Promise<{ status: number; body: Body }> {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  const request = data ? { method: 'POST', headers, body: JSON.stringify(data) } : { headers };
  const answer = await fetch(new URL(path, url), { ...request, signal: AbortSignal.timeout(10_000) });
  return { status: answer.status, body: parsed(await answer.text()) };
}

/** An empty object for anything that is not a JSON object, so that none of the checks holds. */
function parsed(text: string): Body {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Body) : { text };
  } catch {
    return { text: text.slice(0, 200) };
  }
}

function said(status: number, body: Body): string {
  return `it said ${status} ${JSON.stringify(body)}`;
}

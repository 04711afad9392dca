import type { Notification } from './notification.ts';
import { slackText } from './slack-text.ts';
import type { WatchClock } from './surroundings.ts';
import { TIME_IS_UP, withinMs } from './time-limit.ts';

export type Format = 'json' | 'slack';

/** Somebody who wants to be told. */
export interface Receiver {
  /** Resolves with `undefined` when it has arrived, else with the reason, which never holds an address. Never rejects. */
  tell(notification: Notification, signal: AbortSignal): Promise<string | undefined>;
}

export interface WebhookOptions {
  /** A secret: whoever knows it can write there. */
  readonly address: string;
  readonly format: Format;
}

const TIMEOUT_MS = 10_000;

/** A webhook that gets notifications by POST. Any 2xx within ten seconds means that one has arrived. */
export function webhook({ address, format }: WebhookOptions, clock: WatchClock): Receiver {
  return {
    async tell(notification, signal) {
      try {
        return await withinMs(TIMEOUT_MS, (limited) => post(notification, limited), { clock, signal });
      } catch (error) {
        return error === TIME_IS_UP ? `no answer within ${TIMEOUT_MS} ms` : nameOf(error);
      }
    },
  };

  async function post(notification: Notification, signal: AbortSignal): Promise<string | undefined> {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close', 'user-agent': 'tuohs-watch' },
      body: JSON.stringify(format === 'slack' ? { text: slackText(notification) } : notification),
      // Another address is not the one that was trusted with it.
      redirect: 'manual',
      signal,
    });
    await response.body?.cancel();
    return response.ok ? undefined : `status ${response.status}`;
  }
}

/** An address that can be a webhook: http or https, without a password, which `fetch` refuses. */
export function isWebhookAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && ['http:', 'https:'].includes(url.protocol) && !url.username && !url.password;
}

/** What an address wants where nobody says: a Slack host its own format, all others JSON. */
export function formatFor(address: string): Format {
  return /^hooks\.slack(-gov)?\.com$/.test(new URL(address).hostname) ? 'slack' : 'json';
}

/** Node hides what happened behind "fetch failed". Messages may quote the address, so only codes and names are used. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.cause instanceof Error) return nameOf(error.cause);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

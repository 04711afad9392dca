import type { Clock } from '../core/clock.ts';
import { codeOf, durationText } from '../core/text-values.ts';
import type { Notification } from './watch-state.ts';

export type Format = 'json' | 'slack';

/** Where notifications are sent. */
export interface Receiver {
  /** Resolves with `undefined` if the notification arrived, else with the reason, which never holds an address. Never rejects. */
  send(notification: Notification, signal: AbortSignal): Promise<string | undefined>;
}

export interface WebhookOptions {
  /** The address is a secret, because anyone who knows it can send messages to it. */
  readonly address: string;
  /** By default, `slack` for an address of Slack, else `json`. */
  readonly format?: Format | undefined;
}

const TIMEOUT_MS = 10_000;

/** A webhook that gets notifications by POST. A notification has arrived if the answer is a 2xx within ten seconds. */
export function webhook({ address, format = formatFor(address) }: WebhookOptions, clock: Clock): Receiver {
  return {
    async send(notification, signal) {
      const late = new AbortController();
      const cancel = clock.after(TIMEOUT_MS, () => late.abort());
      try {
        return await post(notification, AbortSignal.any([signal, late.signal]));
      } catch (error) {
        // Returns the code only, because a message can quote the address.
        return late.signal.aborted ? `no answer within ${TIMEOUT_MS} ms` : codeOf(error);
      } finally {
        cancel();
      }
    },
  };

  async function post(notification: Notification, signal: AbortSignal): Promise<string | undefined> {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close', 'user-agent': 'tuohs-watch' },
      body: JSON.stringify(format === 'slack' ? { text: slackText(notification) } : notification),
      // A redirect could send the notification to an address that must not get it.
      redirect: 'manual',
      signal,
    });
    await response.body?.cancel();
    return response.ok ? undefined : `status ${response.status}`;
  }
}

function formatFor(address: string): Format {
  return /^hooks\.slack(-gov)?\.com$/.test(new URL(address).hostname) ? 'slack' : 'json';
}

/** A notification as the text of a Slack message. */
function slackText({ status, url, since, reason, downMs }: Notification): string {
  const sign = status === 'down' ? ':red_circle:' : ':large_green_circle:';
  const lasted = downMs === null ? '' : ` It was down for ${durationText(Math.round(downMs / 1000) * 1000)}.`;
  return `${sign} ${escaped(url)} is ${status} since ${since}: ${escaped(reason)}.${lasted}`;
}

/** Escapes the three characters that have a meaning in a Slack message. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

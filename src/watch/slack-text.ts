import type { Notification } from './notification.ts';

/** A notification as the text of a Slack message. */
export function slackText({ status, url, since, reason, downMs }: Notification): string {
  const sign = status === 'down' ? ':red_circle:' : ':large_green_circle:';
  const lasted = downMs === null ? '' : ` It was down for ${duration(downMs)}.`;
  return `${sign} ${escaped(url)} is ${status} since ${since}: ${escaped(reason)}.${lasted}`;
}

/** The three characters that mean something in a Slack message. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Hours, minutes and seconds, without those in front that are 0. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [
    `${Math.floor(seconds / 3600)} h`,
    `${Math.floor(seconds / 60) % 60} min`,
    `${seconds % 60} s`,
  ];
  const first = seconds >= 3600 ? 0 : seconds >= 60 ? 1 : 2;
  return parts.slice(first).join(' ');
}

import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { httpServer } from '../support/http-server.ts';
import { type Program, tuohs } from '../support/process.ts';

/** A webhook whose address holds a secret. */
export async function testWebhook(t: TestContext) {
  /** The bodies so far that were taken. */
  const got: Readonly<Record<string, unknown>>[] = [];
  const webhook = {
    got,
    /** How many were refused. */
    refused: 0,
    /** From now on it takes what comes, or answers 503. */
    isWell: true,
    /** In a word: `down up`. */
    statuses: () => got.map(({ status }) => status).join(' '),
  };
  const { url } = await httpServer(t, async (request, response) => {
    const body = JSON.parse(await text(request));
    if (webhook.isWell) got.push(body);
    else webhook.refused++;
    response.writeHead(webhook.isWell ? 204 : 503).end();
  });
  return Object.assign(webhook, { address: `${url}/services/s3cr3t` });
}

/**
 * The public address of a service behind a load balancer. With `u`, the round with this number is let through to the service; with
 * `d`, it gets 502. Later rounds are as the last one.
 */
export async function front(t: TestContext, serviceUrl: string, word: string): Promise<string> {
  let questions = 0;
  const { url } = await httpServer(t, async (request, response) => {
    // Each round asks two.
    const round = Math.floor(questions++ / 2);
    const letter = word[Math.min(round, word.length - 1)];
    if (letter === 'd') return void response.writeHead(502).end('no server');
    const answer = await fetch(serviceUrl + request.url, {
      method: request.method ?? 'GET',
      headers: { 'content-type': request.headers['content-type'] ?? '' },
      body: await text(request),
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  });
  return url;
}

/** `tuohs watch` with quick rounds, and more arguments. */
export function watching(t: TestContext, url: string, ...args: string[]): Program {
  return tuohs(t, ['watch', '--url', url, '--interval', '20ms', '--timeout', '1m', ...args]);
}

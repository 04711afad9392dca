import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { httpServer } from '../support/http-server.ts';
import { type Program, tuohs } from '../support/process.ts';

/** A webhook whose address contains a secret. */
export async function testWebhook(t: TestContext) {
  /** The bodies of the accepted requests so far. */
  const got: Readonly<Record<string, unknown>>[] = [];
  const webhook = {
    got,
    /** How many requests the webhook has refused. */
    refused: 0,
    /** Whether it accepts requests. Otherwise it answers 503. */
    isWell: true,
    /** The statuses so far in one text: `down up`. */
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
 * An address in front of a service, like that of a load balancer. Each letter of `word` decides one round of checks: its requests
 * reach the service (`u`) or get a 502 (`d`). The last letter also decides all later rounds.
 */
export async function front(t: TestContext, serviceUrl: string, word: string): Promise<string> {
  let questions = 0;
  const { url } = await httpServer(t, async (request, response) => {
    // Each round sends two requests.
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

/** Starts `tuohs watch` with a short interval and these additional arguments. */
export function watching(t: TestContext, url: string, ...args: string[]): Program {
  return tuohs(t, ['watch', '--url', url, '--interval', '20ms', '--timeout', '1m', ...args]);
}

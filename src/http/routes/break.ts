import type { IncomingMessage } from 'node:http';
import type { ApiParts } from '../api-parts.ts';
import type { Answer } from '../message.ts';
import { badInput } from '../problem.ts';
import type { RouteTable } from '../router.ts';

/** What the playground uses to break the embedded SHOUTCLOUD server and to show its state. */
export interface Breakable {
  /** The state for the playground, sent as JSON. It has the log entries after number `after`, or none if `after` is missing. */
  state(after?: number): object;
  /** Switches to this fault. Returns false if there is no such fault. */
  set(fault: string): boolean;
}

const MAX_BYTES = 1024;

/** The route behind the panel "Break SHOUTCLOUD". It exists only if the service runs the embedded SHOUTCLOUD server. */
export function breakRoutes({ state, set }: Breakable): RouteTable<ApiParts> {
  return {
    '/playground/shoutcloud': {
      GET: {
        isFree: true,
        handle: ({ target }) => stateAnswer(Number(new URLSearchParams(target.query).get('after')) || 0),
      },
      POST: {
        isFree: true,
        handle(exchange) {
          checkOrigin(exchange.request);
          return exchange.readBody(MAX_BYTES, (body) => {
            if (!set(faultIn(body)))
              throw badInput('no such fault', 'Send {"fault": "<name>"}; GET this path to see the names.');
            return stateAnswer();
          });
        },
      },
    },
  };

  function stateAnswer(after?: number): Answer {
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
    return { headers, body: JSON.stringify(state(after)) };
  }
}

/** Refuses pages of other sites: they could otherwise send this request from the browser of a person who runs the service. */
function checkOrigin({ headers }: IncomingMessage): void {
  const { origin, host, 'sec-fetch-site': site, 'content-type': type } = headers;
  const isOurs =
    site === undefined ? origin === undefined || URL.parse(origin)?.host === host : site === 'same-origin';
  if (!isOurs) throw badInput('another origin', 'Only the page of this service can do that.');
  if (type !== 'application/json') throw badInput('no JSON', 'Send application/json.');
}

/** The name of the fault in the body. If there is none, returns an empty string, which is not the name of a fault. */
function faultIn(body: Buffer): string {
  try {
    const { fault } = JSON.parse(body.toString());
    return typeof fault === 'string' ? fault : '';
  } catch {
    return '';
  }
}

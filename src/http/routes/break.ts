import type { IncomingMessage } from 'node:http';
import type { ApiParts } from '../api-parts.ts';
import { readBody } from '../body/read-body.ts';
import type { Exchange } from '../exchange.ts';
import { headerLines } from '../node-http.ts';
import { badInput } from '../problem.ts';
import type { RouteTable } from '../router.ts';

/** What a page can do to the SHOUTCLOUD server that came with the service, and what it sees of it. */
export interface Breakable {
  /** For the page, as JSON; of what happened, only what came after the entry with this number, if one is given. */
  state(after?: number): object;
  /** False if there is no such fault. */
  set(fault: string): boolean;
}

const MAX_BYTES = 1024;

/** The route behind the panel "Break SHOUTCLOUD". It exists only where a SHOUTCLOUD server came with the service. */
export function breakRoutes({ state, set }: Breakable): RouteTable<ApiParts> {
  return {
    '/playground/shoutcloud': {
      GET: {
        isFree: true,
        handle(exchange) {
          sendState(exchange, Number(new URLSearchParams(exchange.target.query).get('after')) || 0);
        },
      },
      POST: {
        isFree: true,
        handle(exchange) {
          checkOrigin(exchange.request);
          return readBody(exchange, MAX_BYTES, (body) => {
            if (!set(faultIn(body)))
              throw badInput('no such fault', 'GET this path to see the faults there are.');
            sendState(exchange);
          });
        },
      },
    },
  };

  function sendState(exchange: Exchange, after?: number): void {
    exchange.answer({
      headers: headerLines({ 'content-type': 'application/json', 'cache-control': 'no-store' }),
      body: JSON.stringify(state(after)),
    });
  }
}

/** Pages of other sites could else send this from the browser of a person who has the service running. */
function checkOrigin({ headers }: IncomingMessage): void {
  const { origin, host, 'sec-fetch-site': site, 'content-type': type } = headers;
  const isOurs =
    site === undefined ? origin === undefined || hostOf(origin) === host : site === 'same-origin';
  if (!isOurs) throw badInput('another origin', 'Only the page of this service may do that.');
  if (type !== 'application/json') throw badInput('no JSON', 'Send application/json.');
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function faultIn(body: Buffer): string {
  try {
    const { fault }: { fault: unknown } = JSON.parse(body.toString());
    if (typeof fault === 'string') return fault;
  } catch {
    // The same as any other body without a fault.
  }
  throw badInput('no fault', 'Send {"fault": "<name>"}.');
}

import { TuohsError } from '../core/errors.ts';
import type { Operation } from '../openapi/operations.ts';
import type { Asked, Exchange } from './exchange.ts';
import type { Outcome } from './message.ts';
import { MethodNotAllowed } from './problem.ts';

/** What one method of one path does. */
export interface Route<Parts> {
  /** Answers a request. What this returns, throws or rejects with becomes the answer, unless the route streams its answer. */
  handle(exchange: Exchange, parts: Parts): Outcome;
  /** Set if requests do not count against the client's quota: for probes, and for what a page loads by itself. */
  readonly isFree?: true;
  /** Describes the route in the OpenAPI document. A route without it is not in the document. */
  readonly operation?: Operation;
}

type Methods<Parts> = Readonly<Partial<Record<'GET' | 'POST', Route<Parts>>>>;

/** The routes by path and method. A path that ends in `/*` matches all paths with that prefix. A route for GET also answers HEAD. */
export type RouteTable<Parts> = Readonly<Record<string, Methods<Parts>>>;

/** What a request asks for, and the route that answers it. */
export interface Target<Parts> extends Asked {
  readonly route: Route<Parts>;
  /** The methods of the path, as `Allow` lists them; empty for an unknown path. */
  readonly allow: string;
}

interface Path<Parts> {
  readonly label: string;
  readonly allow: string;
  readonly routes: ReadonlyMap<string | undefined, Route<Parts>>;
  readonly refusal: Route<Parts>;
}

/** Finds the route of a request. For an unknown path or method, that is a route that refuses with 404 or 405. */
export function router<Parts>(table: RouteTable<Parts>) {
  const paths = new Map(Object.entries(table).map(([label, methods]) => [label, pathOf(label, methods)]));
  const notFound = refusal(() => noSuchPath([...paths.keys()]));
  const prefixes = [...paths.values()].filter(({ label }) => label.endsWith('/*'));

  return (method: string | undefined, target: string): Target<Parts> => {
    const queryAt = target.indexOf('?');
    const written = queryAt < 0 ? target : target.slice(0, queryAt);
    const query = queryAt < 0 ? '' : target.slice(queryAt + 1);
    const name = paths.has(written) ? written : plainPath(written);
    const path = paths.get(name) ?? prefixes.find(({ label }) => name.startsWith(label.slice(0, -1)));
    if (path === undefined) return { route: notFound, label: 'none', allow: '', query, rest: '' };
    const { label, allow, routes, refusal } = path;
    return { route: routes.get(method) ?? refusal, label, allow, query, rest: name.slice(label.length - 1) };
  };
}

function pathOf<Parts>(label: string, { GET, POST }: Methods<Parts>): Path<Parts> {
  const routes = new Map<string | undefined, Route<Parts>>();
  if (GET) routes.set('GET', GET).set('HEAD', GET);
  if (POST) routes.set('POST', POST);
  const allow = [...routes.keys()].join(', ');
  return { label, allow, routes, refusal: refusal(() => new MethodNotAllowed(allow)) };
}

function refusal(error: () => TuohsError): Route<unknown> {
  return {
    handle() {
      throw error();
    },
  };
}

function noSuchPath(paths: readonly string[]): TuohsError {
  const detail = paths.includes('/') ? 'GET / lists the paths.' : `The paths are ${paths.join(', ')}.`;
  return new TuohsError('NOT_FOUND', 'no such path', { detail });
}

/**
 * The path of a request target. Removes the scheme and host of an absolute URL (RFC 9112 §3.2.2). A URL that has a user, or no
 * host, matches no path (RFC 9110 §4.2). Decodes escaped characters if that does not change the meaning (RFC 3986 §6.2.2.2).
 */
function plainPath(written: string): string {
  const path = written.startsWith('/') ? written : written.replace(/^https?:\/\/[^/@]+/i, '') || '/';
  return path.replace(/%[2-7][\da-f]/gi, (escaped) => {
    const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : escaped;
  });
}

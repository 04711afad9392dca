import type { ClientRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { AttemptError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import type { Lookup } from '../core/shared-lookup.ts';

/** Sends attempts to SHOUTCLOUD. The simulation has a transport without a network. */
export interface Transport {
  /** Resolves when the head of the response has arrived. When the signal aborts, `send` or reading the body fails. */
  send(attempt: AttemptRequest): Promise<AttemptResponse>;
  /** Aborts all attempts under way. */
  close(): Promise<void>;
}

export interface AttemptRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

export interface AttemptResponse {
  readonly statusCode: number;
  /** The names are in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** If the reader stops before the end, the connection is destroyed. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Closes the connection, even after the whole body was read. The next attempt makes a new connection. */
  closeConnection(): void;
}

export interface HttpOptions {
  /** The base address, to which `/V1/SHOUT` is appended. Credentials in it are sent as Basic authorization. */
  readonly url: string;
  readonly connections: number;
  readonly lookup: Lookup;
}

/** A connection is not used for longer than this, because its host name can move to a new server while the old one still answers. */
const MAX_AGE_MS = 30_000;

/** How long an idle connection is kept. Most servers and proxies keep it longer, so they do not close it when we are about to use it. */
const IDLE_MS = 4000;

/** At most this many failed addresses are remembered. Without a limit, a name whose addresses keep changing would fill the memory. */
const MOST_FAILED = 64;

/** An attempt accepts at most this many interim answers, such as status 103, before its real answer (RFC 9110 §15.2). */
const MAX_INTERIM = 16;

/** Sends attempts over HTTP/1.1. Keeps connections open between attempts, but uses none for longer than `MAX_AGE_MS`. */
export function httpTransport(
  { url, connections, lookup }: HttpOptions,
  { clock }: Pick<World, 'clock'>,
): Transport {
  const target = new URL(url);
  target.pathname = `${target.pathname.replace(/\/$/, '')}/V1/SHOUT`;
  // An import would load both modules and their dependencies at each start (ADR 0014).
  const { Agent, request } =
    target.protocol === 'https:'
      ? process.getBuiltinModule('node:https')
      : process.getBuiltinModule('node:http');
  /** The addresses that failed when they were last used, in the order in which they failed. */
  const failed = new Set<string>();
  const agent = new Agent({
    ...{ keepAlive: true, maxSockets: connections, timeout: IDLE_MS, scheduling: 'fifo' },
    lookup: failedLast(lookup, failed),
  });
  const madeAt = new WeakMap<Duplex, number>();

  return {
    send({ headers, body, signal }) {
      closeOld();
      const sent = request(target, { method: 'POST', agent, headers, signal });
      let address: string | undefined;
      sent.on('socket', (socket) => {
        address = socket.remoteAddress;
        if (madeAt.has(socket)) return;
        madeAt.set(socket, clock.now());
        socket.on('connectionAttemptTimeout', (silent: string) => judge(silent, false));
        socket.once('connect', () => {
          address = socket.remoteAddress;
        });
      });
      endFloods(sent);
      sent.end(body);
      return responseTo(sent, (isFine) => judge(address, isFine));
    },
    close: async () => agent.destroy(),
  };

  function judge(address: string | undefined, isFine: boolean): void {
    if (address === undefined) return;
    failed.delete(address);
    if (!isFine) failed.add(address);
    for (const oldest of [...failed].slice(0, -MOST_FAILED)) failed.delete(oldest);
  }

  /** Closes old connections that are idle. An old connection in use becomes idle first, and is closed before its next use. */
  function closeOld(): void {
    const oldest = clock.now() - MAX_AGE_MS;
    for (const socket of Object.values(agent.freeSockets).flat()) {
      if (socket && (madeAt.get(socket) ?? 0) <= oldest) socket.destroy();
    }
  }
}

/**
 * Moves failed addresses to the end of the list. Node tries the addresses of a name in order, each for 250 ms, and keeps the first
 * that accepts the connection. In the original order, addresses that accept no connection would use up the time of every attempt,
 * and an address that accepts connections and then fails would get every attempt.
 */
function failedLast(lookup: Lookup, failed: ReadonlySet<string>): Lookup {
  const order = ({ address }: { address: string }) => [...failed].indexOf(address);
  return (host, options, found) =>
    lookup(host, options, (error, addresses, family) => {
      const isList = typeof addresses === 'object';
      found(error, isList ? addresses.toSorted((a, b) => order(a) - order(b)) : addresses, family);
    });
}

/**
 * Rejects if no answer comes. If the connection fails after the head, reading the body fails. When the head arrives, calls `judge`
 * with false for a status 5xx, and else with true. Also calls it with false if the connection fails or `closeConnection` is called.
 */
function responseTo(sent: ClientRequest, judge: (isFine: boolean) => void): Promise<AttemptResponse> {
  return new Promise((resolve, reject) => {
    let isWhole = () => false;
    const fail = (error: Error) => {
      judge(false);
      reject(error);
    };
    sent.on('error', fail);
    // If the server switches protocols although the request did not ask for it (status 101), Node emits no other event.
    sent.on('close', () => {
      if (!isWhole()) fail(new AttemptError('unreachable', 'the connection ended without an answer'));
    });
    sent.on('response', (response) => {
      const { socket, statusCode = 0 } = response;
      judge(statusCode < 500);
      isWhole = () => response.complete;
      resolve({
        statusCode,
        headers: response.headers,
        body: response,
        closeConnection() {
          judge(false);
          socket.destroy();
        },
      });
    });
  });
}

function endFloods(sent: ClientRequest): void {
  let count = 0;
  sent.on('information', () => {
    count++;
    if (count <= MAX_INTERIM) return;
    sent.destroy(new AttemptError('unreachable', `more than ${MAX_INTERIM} interim answers came`));
  });
}

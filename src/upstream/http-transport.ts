import type { ClientRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import type { World } from '../core/events.ts';
import type { AttemptResponse, Transport } from './transport.ts';

export interface HttpOptions {
  /** Base address; `/V1/SHOUT` is appended. Credentials in it are sent as Basic authorization. */
  readonly url: string;
  readonly connections: number;
}

/** A name may come to lead elsewhere while the server at its old address goes on to answer. */
const MAX_AGE_MS = 30_000;

/** Most servers and what stands between keep an idle connection longer than this. */
const IDLE_MS = 4000;

/** Answers like 103 that may come before the real one (RFC 9110 §15.2). */
const MAX_INTERIM = 16;

/** Attempts over HTTP/1.1 on kept connections, none of which is used for longer than its maximum age. */
export function httpTransport({ url, connections }: HttpOptions, { clock }: Pick<World, 'clock'>): Transport {
  const target = new URL(url);
  target.pathname = `${target.pathname.replace(/\/$/, '')}/V1/SHOUT`;
  // Imported, both would load their whole families at each start (ADR 0014).
  const { Agent, request } =
    target.protocol === 'https:'
      ? process.getBuiltinModule('node:https')
      : process.getBuiltinModule('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: connections, timeout: IDLE_MS, scheduling: 'fifo' });
  const madeAt = new WeakMap<Duplex, number>();

  return {
    send(attempt) {
      closeOld();
      const sent = request(target, {
        method: 'POST',
        agent,
        headers: attempt.headers,
        signal: attempt.signal,
      });
      sent.on('socket', (socket) => {
        if (!madeAt.has(socket)) madeAt.set(socket, clock.now());
      });
      endFloods(sent);
      sent.end(attempt.body);
      return responseTo(sent);
    },
    close: async () => agent.destroy(),
  };

  /** Connections in use are looked at before they are used again. */
  function closeOld(): void {
    const oldest = clock.now() - MAX_AGE_MS;
    for (const socket of Object.values(agent.freeSockets).flat()) {
      if (socket && (madeAt.get(socket) ?? 0) <= oldest) socket.destroy();
    }
  }
}

/** Rejects when no answer comes; a failure after its head ends the body. */
function responseTo(sent: ClientRequest): Promise<AttemptResponse> {
  return new Promise((resolve, reject) => {
    sent.on('error', reject);
    // All that Node says of an unasked change of protocols.
    sent.on('close', () => reject(new Error('the connection ended without an answer')));
    sent.on('response', (response) => {
      const { socket } = response;
      resolve({
        statusCode: response.statusCode ?? 0,
        headers: response.headers,
        body: response,
        closeConnection: () => socket.destroy(),
      });
    });
  });
}

function endFloods(sent: ClientRequest): void {
  let count = 0;
  sent.on('information', () => {
    count++;
    if (count > MAX_INTERIM) sent.destroy(new Error(`more than ${MAX_INTERIM} interim answers`));
  });
}

import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { httpServer } from '../../support/http-server.ts';
import type { Ending } from '../../support/process.ts';

/** A server that the proxy can send requests to. */
export interface Backend {
  readonly port: number;
  readonly adminUrl: string;
}

const POLL_MS = 1_000;

/** An HTTP proxy that works like an ingress. It keeps connections to its backends, polls their readiness, and never retries. */
export async function startKeepAliveProxy(ending: Ending) {
  const backends = new Map<Backend, Agent>();
  let ready: readonly Backend[] = [];
  let turn = 0;

  const { url } = await httpServer(ending, (incoming, outgoing) => {
    const backend = ready[turn++ % ready.length];
    const agent = backend && backends.get(backend);
    if (agent) forward(incoming, outgoing, { port: backend.port, agent });
    else refuse(outgoing);
  });
  const look = async () => {
    const looks = [...backends.keys()].map(async (backend) => ((await isReady(backend)) ? [backend] : []));
    ready = (await Promise.all(looks)).flat();
  };
  const poll = setInterval(look, POLL_MS);
  /** Closes the connections to the backends. */
  const leave = () => {
    clearInterval(poll);
    for (const agent of backends.values()) agent.destroy();
  };
  ending.after(leave);
  return {
    url,
    leave,
    /** The number of backends that were ready at the last poll. */
    readyCount: () => ready.length,
    add: (backend: Backend) => void backends.set(backend, new Agent({ keepAlive: true })),
  };
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, to: { port: number; agent: Agent }) {
  const { method, url, headers } = incoming;
  const { connection: _hopByHop, ...passed } = headers;
  const onward = request({ host: '127.0.0.1', ...to, method, path: url, headers: passed }, (answer) => {
    const { connection: _ofBackend, ...received } = answer.headers;
    outgoing.writeHead(answer.statusCode ?? 502, received);
    answer.pipe(outgoing);
  });
  onward.on('error', () => refuse(outgoing));
  incoming.pipe(onward);
}

function refuse(outgoing: ServerResponse): void {
  if (outgoing.headersSent) outgoing.destroy();
  else outgoing.writeHead(502, { 'content-length': 0 }).end();
}

async function isReady({ adminUrl }: Backend): Promise<boolean> {
  const look = await fetch(`${adminUrl}/readyz`, { headers: { connection: 'close' } }).catch(() => undefined);
  await look?.body?.cancel();
  return look?.status === 200;
}

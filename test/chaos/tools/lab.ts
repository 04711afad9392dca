import type { ShoutcloudOptions } from '../../../src/shoutcloud/server.ts';
import { type Answer, openCaller, questionOf } from '../../support/caller.ts';
import { type Load, type Stream, startLoad } from '../../support/load.ts';
import { type Ending, startProgram } from '../../support/process.ts';
import { type RedisServer, redisServer } from '../../support/redis-server.ts';
import { type Env, type Gateway, type GatewayManner, MAIN, startGateway } from './gateway.ts';
import { memoryCgroup } from './memory-cgroup.ts';
import type { Handicap } from './row.ts';
import { type TcpProxy, tcpProxy } from './tcp-proxy.ts';
import { startUpstream, type Upstream } from './upstream.ts';

/** What a row works with. All that it starts is recorded for the invariants and closed with the lab. */
export interface Lab extends Ending {
  readonly seed: number;
  /** How long to measure: so long, but only as long as it takes to fail if the row runs unprotected. */
  ms(fullMs: number): number;
  /** Its protection is off where the row runs unprotected. */
  gateway(env: Env, manner?: GatewayManner): Promise<Gateway>;
  /** As the image runs it, in a memory cgroup of its own of this size. */
  gatewayWithin(limitBytes: number, env: Env): Promise<Gateway>;
  /** The compatible server in this process, with faults that can change. */
  upstream(options: ShoutcloudOptions): Promise<Upstream>;
  /** The same as a process of its own, with these arguments; resolves with its address. */
  shoutcloud(args: readonly string[]): Promise<string>;
  redis(): Promise<RedisServer>;
  proxy(targetPort: number): Promise<TcpProxy>;
  /** Without `durationMs` it goes on until it is stopped. */
  load(target: { readonly url: string }, streams: readonly Stream[], durationMs?: number): Load;
  /** New texts of short length at this rate for this time; resolves when all are answered. */
  unknown(gateway: Gateway, perSecond: number, durationMs: number): Promise<Load>;
  /** Asks for one text on a connection of its own. */
  ask(gateway: Gateway, text: string): Promise<Answer>;
}

/** What the invariants are checked against. */
export interface Ledger {
  readonly gateways: { readonly gateway: Gateway; readonly socketsAtStart: number }[];
  readonly upstreams: Upstream[];
  readonly loads: Load[];
  readonly asked: Answer[];
}

const UNPROTECTED_MS = 2_000;

export function openLab(
  seed: number,
  handicap: Handicap | undefined,
): { lab: Lab; ledger: Ledger; close(): Promise<void> } {
  const ledger: Ledger = { gateways: [], upstreams: [], loads: [], asked: [] };
  const closers: (() => unknown)[] = [];
  const after: Ending['after'] = (close) => void closers.push(close);
  const onSignal = () => void close().finally(() => process.exit(130));
  process.once('SIGINT', onSignal);

  const lab: Lab = {
    seed,
    after,
    ms: (fullMs) => (handicap ? Math.min(fullMs, UNPROTECTED_MS) : fullMs),
    async gateway(env, manner) {
      const gateway = await startGateway({ after }, { ...env, ...handicap?.env }, manner);
      ledger.gateways.push({ gateway, socketsAtStart: gateway.sockets() });
      return gateway;
    },
    gatewayWithin(limitBytes, env) {
      const cgroup = memoryCgroup(limitBytes);
      after(cgroup.remove);
      return lab.gateway(env, { cgroup, isBuilt: true });
    },
    async upstream(options) {
      const upstream = await startUpstream(options);
      after(upstream.close);
      ledger.upstreams.push(upstream);
      return upstream;
    },
    async shoutcloud(args) {
      const command = [MAIN, 'shoutcloud', '--quiet', '--port', '0', ...args];
      const server = startProgram({ after }, { command: process.execPath, args: command });
      return String((await server.logLine('listening')).url);
    },
    redis: () => redisServer({ after }),
    proxy: (targetPort) => tcpProxy({ after }, targetPort),
    load({ url }, streams, durationMs) {
      const load = startLoad({ url, streams, ...(durationMs && { durationMs }) });
      after(load.kill);
      ledger.loads.push(load);
      return load;
    },
    async unknown(gateway, perSecond, durationMs) {
      const load = lab.load(gateway, [{ label: 'unknown', texts: { seed }, perSecond }], durationMs);
      await load.done;
      return load;
    },
    async ask({ port }, text) {
      const caller = openCaller({ port });
      const answer = await caller.ask(questionOf(text));
      caller.close();
      ledger.asked.push(answer);
      return answer;
    },
  };
  return { lab, ledger, close };

  async function close(): Promise<void> {
    process.off('SIGINT', onSignal);
    for (const end of closers.reverse()) await end();
  }
}

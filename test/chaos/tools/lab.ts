import { type Ending, startProgram } from '../../support/process.ts';
import { type RedisOptions, type RedisServer, redisServer } from '../../support/redis-server.ts';
import { type Answer, askOn } from './answer.ts';
import { type Env, type Gateway, type GatewayManner, MAIN, startGateway } from './gateway.ts';
import { type Load, startLoad } from './load.ts';
import type { LoadPlan } from './load-plan.ts';
import { memoryCgroup } from './memory-cgroup.ts';
import { type RawPeer, type Script, startRawPeer } from './raw-peer.ts';
import type { Handicap } from './row.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { openWire } from './wire.ts';

/** What a row works with. All that it starts is recorded for the invariants and closed with the lab. */
export interface Lab extends Ending {
  readonly seed: number;
  /** Whether to measure for seconds rather than for as long as the table says. */
  readonly isShort: boolean;
  /** How long to measure: the second in the full table. Unprotected less than either will do. */
  ms(shortMs: number, fullMs: number): number;
  /** Its protection is off where the row runs unprotected. */
  gateway(env: Env, manner?: Pick<GatewayManner, 'isBuilt' | 'preload'>): Promise<Gateway>;
  /** As the image runs it, in a memory cgroup of its own of this size. */
  gatewayWithin(limitBytes: number, env: Env): Promise<Gateway>;
  peer(script: Script): Promise<RawPeer>;
  /** The compatible server that this project ships, with these arguments; resolves with its address. */
  shoutcloud(args: readonly string[]): Promise<string>;
  redis(options?: RedisOptions): Promise<RedisServer>;
  proxy(targetPort: number): Promise<TcpProxy>;
  load(plan: LoadPlan): Load;
  /** New texts of short length at this rate for this time; resolves when all are answered. */
  unknown(gateway: Pick<Gateway, 'url'>, perSecond: number, durationMs: number): Promise<Load>;
  /** Asks for one text on a connection of its own. */
  ask(gateway: Pick<Gateway, 'port'>, text: string): Promise<Answer>;
}

/** What the invariants are checked against. */
export interface Ledger {
  readonly gateways: readonly { readonly gateway: Gateway; readonly socketsAtStart: number }[];
  readonly peers: readonly RawPeer[];
  readonly loads: readonly Load[];
  readonly asked: readonly Answer[];
}

const UNPROTECTED_MS = 2_000;

export interface LabOptions {
  readonly seed: number;
  readonly isShort: boolean;
  readonly handicap: Handicap | undefined;
}

export function openLab({ seed, isShort, handicap }: LabOptions): {
  lab: Lab;
  ledger: Ledger;
  close(): Promise<void>;
} {
  const gateways: { gateway: Gateway; socketsAtStart: number }[] = [];
  const peers: RawPeer[] = [];
  const loads: Load[] = [];
  const asked: Answer[] = [];
  const closers: (() => unknown)[] = [];
  const after: Ending['after'] = (close) => void closers.push(close);
  const onSignal = () => void close().finally(() => process.exit(130));
  process.once('SIGINT', onSignal);

  const lab: Lab = {
    seed,
    isShort: isShort || handicap !== undefined,
    ms(shortMs, fullMs) {
      if (handicap) return Math.min(shortMs, UNPROTECTED_MS);
      return isShort ? shortMs : fullMs;
    },
    after,
    gateway: (env, manner) => known(startGateway({ after }, env, { ...manner, handicap })),
    gatewayWithin(limitBytes, env) {
      const cgroup = memoryCgroup(limitBytes);
      closers.push(() => cgroup.remove());
      return known(startGateway({ after }, env, { cgroup, isBuilt: true, handicap }));
    },
    async peer(script) {
      const peer = await startRawPeer(script);
      closers.push(() => peer.close());
      peers.push(peer);
      return peer;
    },
    async shoutcloud(args) {
      const command = [MAIN, 'shoutcloud', '--quiet', '--port', '0', ...args];
      const server = startProgram({ after }, { command: process.execPath, args: command });
      return String((await server.logLine('listening')).url);
    },
    redis: (options) => redisServer({ after }, options),
    async proxy(targetPort) {
      const proxy = await startTcpProxy(targetPort);
      closers.push(() => proxy.close());
      return proxy;
    },
    load,
    async unknown({ url }, perSecond, durationMs) {
      const streams = [{ label: 'unknown', texts: { kind: 'distinct', seed }, perSecond } as const];
      const asked = load({ url, streams, durationMs });
      await asked.done;
      return asked;
    },
    async ask({ port }, text) {
      const wire = openWire(port);
      const answer = await askOn(wire, text);
      wire.close();
      asked.push(answer);
      return answer;
    },
  };
  function load(plan: LoadPlan): Load {
    const started = startLoad(plan);
    after(() => started.kill());
    loads.push(started);
    return started;
  }

  async function known(starting: Promise<Gateway>): Promise<Gateway> {
    const gateway = await starting;
    gateways.push({ gateway, socketsAtStart: gateway.sockets() });
    return gateway;
  }

  return {
    lab,
    ledger: { gateways, peers, loads, asked },
    close,
  };

  async function close(): Promise<void> {
    process.off('SIGINT', onSignal);
    for (const end of closers.reverse()) await end();
  }
}

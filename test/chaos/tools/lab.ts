import { type Answer, askOn } from './answer.ts';
import { type Env, type Gateway, type GatewayManner, MAIN, startGateway } from './gateway.ts';
import { type Load, startLoad } from './load.ts';
import type { LoadPlan } from './load-plan.ts';
import { memoryCgroup } from './memory-cgroup.ts';
import { runProgram } from './program.ts';
import { type RawPeer, type Script, startRawPeer } from './raw-peer.ts';
import { type RedisOptions, type RedisServer, startRedis } from './redis.ts';
import type { Handicap } from './row.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { openWire } from './wire.ts';

/** What a row works with. All that it starts is recorded for the invariants and closed with the lab. */
export interface Lab {
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
  /** Asks for one text on a connection of its own. */
  ask(gateway: Pick<Gateway, 'port'>, text: string): Promise<Answer>;
  /** Closed with the rest, the last one first. */
  onClose(close: () => unknown): void;
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

  const lab: Lab = {
    seed,
    isShort: isShort || handicap !== undefined,
    ms(shortMs, fullMs) {
      if (handicap) return Math.min(shortMs, UNPROTECTED_MS);
      return isShort ? shortMs : fullMs;
    },
    gateway: (env, manner) => known(startGateway(env, { ...manner, handicap })),
    gatewayWithin(limitBytes, env) {
      const cgroup = memoryCgroup(limitBytes);
      closers.push(() => cgroup.remove());
      return known(startGateway(env, { cgroup, isBuilt: true, handicap }));
    },
    async peer(script) {
      const peer = await startRawPeer(script);
      closers.push(() => peer.close());
      peers.push(peer);
      return peer;
    },
    async shoutcloud(args) {
      const server = runProgram(process.execPath, [MAIN, 'shoutcloud', '--port', '0', ...args], {});
      closers.push(() => server.signal('SIGKILL'));
      const { url } = await server.line('listening');
      return String(url);
    },
    async redis(options) {
      const redis = await startRedis(options);
      closers.push(() => redis.close());
      return redis;
    },
    async proxy(targetPort) {
      const proxy = await startTcpProxy(targetPort);
      closers.push(() => proxy.close());
      return proxy;
    },
    load(plan) {
      const load = startLoad(plan);
      closers.push(() => load.kill());
      loads.push(load);
      return load;
    },
    async ask({ port }, text) {
      const wire = openWire(port);
      const answer = await askOn(wire, text);
      wire.close();
      asked.push(answer);
      return answer;
    },
    onClose: (close) => void closers.push(close),
  };
  async function known(starting: Promise<Gateway>): Promise<Gateway> {
    const gateway = await starting;
    closers.push(() => gateway.kill());
    gateways.push({ gateway, socketsAtStart: gateway.sockets() });
    return gateway;
  }

  return {
    lab,
    ledger: { gateways, peers, loads, asked },
    async close() {
      for (const close of closers.reverse()) await close();
    },
  };
}

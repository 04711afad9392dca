import { type ShoutcloudOptions, startShoutcloud } from '../../../src/shoutcloud/server.ts';
import { type Answer, openCaller, questionOf } from '../../support/caller.ts';
import { type Load, type Stream, startLoad } from '../../support/load.ts';
import { ownEnding, startProgram } from '../../support/process.ts';
import { redisServer } from '../../support/redis-server.ts';
import { type Env, type Gateway, type GatewayManner, MAIN, startGateway } from './gateway.ts';
import { memoryCgroup } from './memory-cgroup.ts';
import type { Handicap } from './row.ts';

/** What a row uses to start things. Everything that it starts is recorded for the invariants, and closed together with the lab. */
export type Lab = ReturnType<typeof openLab>['lab'];

/** What the invariants check. */
export interface Ledger {
  readonly gateways: { readonly gateway: Gateway; readonly socketsAtStart: number }[];
  readonly upstreams: Upstream[];
  readonly loads: Load[];
  readonly asked: Answer[];
}

const UNPROTECTED_MS = 2_000;

export function openLab(seed: number, handicap: Handicap | undefined) {
  const ledger: Ledger = { gateways: [], upstreams: [], loads: [], asked: [] };
  const { after, close } = ownEnding();

  const lab = {
    ...{ seed, after, gateway, load },
    /** How long to measure. Without its protection a row fails early, so a shorter time is enough. */
    ms: (fullMs: number) => (handicap ? Math.min(fullMs, UNPROTECTED_MS) : fullMs),
    /** Runs the image's program in a memory cgroup of this size. */
    gatewayWithin(limitBytes: number, env: Env) {
      const cgroup = memoryCgroup(limitBytes);
      after(cgroup.remove);
      return gateway(env, { cgroup, isBuilt: true });
    },
    /** The SHOUTCLOUD-compatible server in this process. Its faults can be changed. */
    async upstream(options: ShoutcloudOptions) {
      const upstream = await startUpstream(options);
      after(upstream.close);
      ledger.upstreams.push(upstream);
      return upstream;
    },
    /** The SHOUTCLOUD-compatible server as a process of its own, with these arguments. Resolves with its address. */
    async shoutcloud(args: readonly string[]) {
      const command = [MAIN, 'shoutcloud', '--quiet', '--port', '0', ...args];
      const server = startProgram({ after }, { command: process.execPath, args: command });
      return String((await server.logLine('listening')).url);
    },
    redis: () => redisServer({ after }),
    /** Asks for `perSecond` new short texts per second during `durationMs`. Resolves when all are answered. */
    async unknown(target: Gateway, perSecond: number, durationMs: number) {
      const asking = load(target, [{ label: 'unknown', texts: { seed }, perSecond }], durationMs);
      await asking.done;
      return asking;
    },
    /** Asks for one text on a new connection. */
    async ask({ port }: Gateway, text: string) {
      const caller = openCaller({ port });
      const answer = await caller.ask(questionOf(text));
      caller.close();
      ledger.asked.push(answer);
      return answer;
    },
  };
  return { lab, ledger, close };

  /** Starts a gateway, without the protection if the row runs without it. */
  async function gateway(env: Env, manner?: GatewayManner): Promise<Gateway> {
    const started = await startGateway({ after }, { ...env, ...handicap?.env }, manner);
    ledger.gateways.push({ gateway: started, socketsAtStart: started.sockets() });
    return started;
  }

  /** Without `durationMs`, the load goes on until it is stopped. */
  function load({ url }: { readonly url: string }, streams: readonly Stream[], durationMs?: number): Load {
    const started = startLoad({ url, streams, ...(durationMs && { durationMs }) });
    after(started.kill);
    ledger.loads.push(started);
    return started;
  }
}

export type Upstream = Awaited<ReturnType<typeof startUpstream>>;

/** The SHOUTCLOUD-compatible server of this project, in this process. It can be stopped, and started again on its port. */
async function startUpstream(options: ShoutcloudOptions) {
  let server = await startShoutcloud(options);
  const { url, port } = server;
  let earlierCalls = 0;
  return {
    url,
    calls: () => earlierCalls + server.calls,
    /** Takes effect with the next request. */
    setFaults: (faults: string) => server.setFaults(faults),
    /** Stops listening and closes every connection. */
    close: () => server.close(),
    async open() {
      earlierCalls += server.calls;
      server = await startShoutcloud({ ...options, port });
    },
  };
}

import type { Clock } from '../core/clock.ts';
import type { Faults, Script } from './faults.ts';
import type { ObservedShout } from './request-listener.ts';

export interface ShoutcloudOptions {
  /** 0, the default: any free port. */
  port?: number;
  /** 127.0.0.1 unless given. */
  host?: string;
  /** How long each well-formed request waits for its answer or its fault; 0 unless given. */
  latencyMs?: number;
  /** None unless given; for the requests after the script. */
  faults?: Faults;
  /** What the first well-formed requests get, one step each. */
  script?: Script;
  /** The same seed draws the same faults; drawn by the clock unless given. */
  seed?: number;
  /** How many of the last inputs are kept; 1,000 unless given. */
  keptInputs?: number;
  /** Told of each well-formed request the moment its fault is decided. */
  onShout?: (shout: ObservedShout) => void;
  clock?: Clock;
}

/** A running SHOUTCLOUD-compatible server. */
export interface Shoutcloud {
  /** Without a final slash; a loopback address where it listens on all. */
  readonly url: string;
  readonly port: number;
  readonly seed: number;
  /** How many requests came, well-formed or not. */
  readonly calls: number;
  /** The strings of the last well-formed requests, oldest first. */
  readonly inputs: readonly string[];
  /** How many requests wait for the end of their answer. */
  readonly activeRequests: number;
  readonly maxConcurrentRequests: number;
  readonly openConnections: number;
  readonly maxConcurrentConnections: number;
  /** From the next request on; also drops what is left of the script. Throws an Error for what it cannot read. */
  setFaults(faults: Faults, script?: Script): void;
  setLatency(ms: number): void;
  /** Ends at once, with open connections, waiting answers and all; never rejects. */
  close(): Promise<void>;
}

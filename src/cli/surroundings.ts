import type { Writable } from 'node:stream';
import type { Environment } from '../config/read-config.ts';
import type { LogOutput } from '../telemetry/log-output.ts';
import type { ForkedProcess } from '../workers/primary-link.ts';
import type { StopSignals } from './own-process.ts';

/** What a command needs of the process it runs in. */
export interface Surroundings {
  readonly environment: Environment;
  readonly stop: StopSignals;
  /** Its own process, for one that another one started. */
  readonly process?: ForkedProcess;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Where log lines go; standard output unless given. */
  readonly logTo?: LogOutput;
}

import type { Environment } from '../config/read-config.ts';
import type { StopSignals } from './stop-signals.ts';

/** What a command needs of the process it runs in. */
export interface Surroundings {
  readonly environment: Environment;
  readonly stop: StopSignals;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

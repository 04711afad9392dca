import type { LogOutput } from '../../src/telemetry/log-output.ts';

export interface LogLines extends LogOutput {
  /** The lines so far. */
  readonly lines: readonly Record<string, unknown>[];
}

/** A log that is kept. */
export function logLines(): LogLines {
  const lines: Record<string, unknown>[] = [];
  return {
    lines,
    write: (line) => void lines.push(JSON.parse(line)),
    dropped: () => 0,
    flushed: async () => {},
  };
}

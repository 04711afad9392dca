import { type DestinationStream, destination, type Level, type Logger, pino, stdTimeFunctions } from 'pino';

export interface LogOptions {
  readonly logTo?: DestinationStream;
  /** Which of several processes writes: a field of each line. */
  readonly worker?: number | undefined;
}

/** A log of JSON lines with ISO times, to stdout unless told. */
export function jsonLog(
  level: Level | 'silent',
  { logTo = destination(1), worker }: LogOptions = {},
): Logger {
  const base = worker === undefined ? null : { worker };
  return pino({ level, base, timestamp: stdTimeFunctions.isoTime }, logTo);
}

import { type DestinationStream, type Level, type Logger, pino, stdTimeFunctions } from 'pino';

export interface LogOptions {
  readonly level: Level | 'silent';
  readonly logTo: DestinationStream;
  /** Which of several processes writes: a field of each line. */
  readonly worker?: number | undefined;
  /** What each line says besides. */
  readonly moreFields?: (() => object) | undefined;
}

/** A log of JSON lines with ISO times and the level as a word. */
export function jsonLog({ level, logTo, worker, moreFields }: LogOptions): Logger {
  const base = worker === undefined ? null : { worker };
  const mixin = moreFields && { mixin: moreFields };
  const formatters = { level: (level: string) => ({ level }) };
  return pino({ level, base, timestamp: stdTimeFunctions.isoTime, formatters, ...mixin }, logTo);
}

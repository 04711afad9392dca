import { type DestinationStream, destination, type Level, type Logger, pino, stdTimeFunctions } from 'pino';

export interface LogOptions {
  readonly level: Level | 'silent';
  /** stdout unless given. */
  readonly logTo?: DestinationStream | undefined;
  /** Which of several processes writes: a field of each line. */
  readonly worker?: number | undefined;
  /** What each line says besides. */
  readonly moreFields?: (() => object) | undefined;
}

/** A log of JSON lines with ISO times. */
export function jsonLog({ level, logTo = destination(1), worker, moreFields }: LogOptions): Logger {
  const base = worker === undefined ? null : { worker };
  const mixin = moreFields && { mixin: moreFields };
  return pino({ level, base, timestamp: stdTimeFunctions.isoTime, ...mixin }, logTo);
}

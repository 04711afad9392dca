import { type DestinationStream, destination, type Level, type Logger, pino, stdTimeFunctions } from 'pino';

export interface JsonLogOptions {
  readonly level: Level | 'silent';
  /** stdout unless given. */
  readonly to?: DestinationStream | undefined;
  /** What each line says besides. */
  readonly moreFields?: (() => object) | undefined;
}

/** A log of JSON lines with ISO times. */
export function jsonLog({ level, to = destination(1), moreFields }: JsonLogOptions): Logger {
  const mixin = moreFields && { mixin: moreFields };
  return pino({ level, base: null, timestamp: stdTimeFunctions.isoTime, ...mixin }, to);
}

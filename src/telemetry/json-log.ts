import { type DestinationStream, destination, type Level, type Logger, pino, stdTimeFunctions } from 'pino';

/** A log of JSON lines with ISO times, to stdout unless told. */
export function jsonLog(level: Level | 'silent', to: DestinationStream = destination(1)): Logger {
  return pino({ level, base: null, timestamp: stdTimeFunctions.isoTime }, to);
}

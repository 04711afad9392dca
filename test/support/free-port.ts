import { sharedPort } from '../../src/http/acceptors.ts';

/** A port of this machine that nobody listens on. */
export function freePort(): Promise<number> {
  return sharedPort('127.0.0.1', 0);
}

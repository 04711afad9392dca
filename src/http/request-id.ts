import { randomUUID } from 'node:crypto';

/** The request's own id where it has a harmless one, else a new one: for the answer, the logs and error bodies. */
export function requestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w-]{1,64}$/.test(header) ? header : randomUUID();
}

import { randomUUID } from 'node:crypto';

/** The request's own id where it has a harmless one, else a new one: for the answer, the logs and error bodies. */
export function requestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w-]{1,64}$/.test(header) ? header : newId();
}

const ENDS = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

let start = '';
let next = ENDS.length;

/** A UUID of version 8 (RFC 9562 §5.8) at a tenth of a random one's price: each start is random and has 256 ends. */
function newId(): string {
  if (next === ENDS.length) {
    const random = randomUUID();
    start = `${random.slice(0, 14)}8${random.slice(15, -2)}`;
    next = 0;
  }
  return start + ENDS[next++];
}

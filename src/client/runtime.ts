/**
 * Whether this runtime's `fetch` reads an answer while it still sends the request. Node and Deno do. Browsers send streams,
 * but hand out no answer before the request has ended; of others we do not know.
 */
export function canStreamBothWays(): boolean {
  return /^(Node\.js|Deno)\//.test(globalThis.navigator?.userAgent ?? '');
}

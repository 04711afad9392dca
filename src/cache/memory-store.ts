import { LRUCache } from 'lru-cache';
import type { Store } from './store.ts';

export interface MemoryStore extends Store {
  get(text: string): string | undefined;
  status(): { entries: number; bytes: number; maxBytes: number };
}

/** Keeps shouts in this process, bounded by bytes; the least recently used go first. */
export function memoryStore({ maxBytes }: { maxBytes: number }): MemoryStore {
  const cache = new LRUCache<string, string>({
    maxSize: maxBytes,
    sizeCalculation: (shout, text) => ENTRY_BYTES + stringBytes(text) + stringBytes(shout),
  });
  return {
    tier: 'memory',
    get: (text) => cache.get(text),
    set: (text, shout) => cache.set(text, shout).has(text),
    status: () => ({ entries: cache.size, bytes: cache.calculatedSize, maxBytes }),
  };
}

// What an entry costs beside its two strings: 122 bytes of heap and 13 outside it, measured with 200,000 entries.
const ENTRY_BYTES = 144;

/** V8 keeps a string with a byte a character where all are Latin-1, else with two. */
function stringBytes(text: string): number {
  return /^[\0-\xff]*$/.test(text) ? text.length : 2 * text.length;
}

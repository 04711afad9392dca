import type { Shout } from '../core/shouter.ts';

/** The Cache-Status header (RFC 9211) of an answered string: where it came from. */
export function cacheStatus({ source, stored, collapsed }: Shout): string {
  switch (source) {
    case 'memory':
      return 'tuohs; hit';
    case 'redis':
      return 'tuohs; hit; detail=redis';
    case 'local':
      return 'tuohs; fwd=miss; detail=local';
    case 'upstream':
      return `tuohs; fwd=miss${stored ? '; stored' : ''}${collapsed ? '; collapsed' : ''}`;
  }
}

import type { World } from '../core/events.ts';
import type { ReverseShout } from '../core/reverse.ts';
import type { Pages } from '../web/pages.ts';
import type { BulkWindow } from './bulk-lines.ts';

/** What the routes of the public API work with. */
export interface ApiParts extends World {
  readonly reverseShout: ReverseShout;
  /** The state of SHOUTCLOUD, judging by its last answers. */
  readonly upstream: () => 'ok' | 'failing' | 'paused';
  readonly version: string;
  readonly maxBodyBytes: number;
  readonly maxBulkBytes: number;
  readonly bulkWindow: BulkWindow;
  readonly pages: Pages;
}

import type { Figure } from './row.ts';

/** What `make bench` found, as in `bench/results.json`. */
export interface Results {
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly node: string;
    /** Which process ran on which core. */
    readonly places: string;
  };
  readonly rounds: number;
  readonly rows: readonly { readonly name: string; readonly figures: readonly Figure[] }[];
}

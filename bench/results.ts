import type { Figure } from './row.ts';

/** The results of `make bench`, as in `bench/results.json`. */
export interface Results {
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly node: string;
    /** Which process ran on which core, as a sentence. */
    readonly places: string;
  };
  readonly rounds: number;
  readonly rows: readonly { readonly name: string; readonly figures: readonly Figure[] }[];
}

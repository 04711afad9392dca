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

/** The text of `bench/results.json`: five significant digits, and one line for each figure. */
export function jsonOf(results: Results): string {
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(5)) : value;
  const json = JSON.stringify(results, rounded, 2);
  return `${json.replace(/\{\s+"what"[^}]*(\}\s+)?\}/g, (figure) => JSON.stringify(JSON.parse(figure)))}\n`;
}

export const HEADS = ['Row', 'Figure', 'Median', 'Lowest to highest', 'Goal', 'Held'];

/** The cells of all figures, row by row. */
export function cellsOf({ rows }: Pick<Results, 'rows'>): string[][] {
  return rows.flatMap(({ name, figures }) =>
    figures.map((figure) => {
      const { what, unit, values } = figure;
      const spread = `${short(Math.min(...values))} to ${short(Math.max(...values))}`;
      return [name, what, withUnit(short(median(values)), unit), spread, goalText(figure), heldText(figure)];
    }),
  );
}

/** The number with three significant digits, or as a whole number if it is 100 or more. */
export function short(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : `${Number(value.toPrecision(3))}`;
}

export function withUnit(value: string, unit: string): string {
  return unit === '×' || unit === '%' ? `${value}${unit}` : `${value} ${unit}`;
}

function goalText({ goal, unit }: Figure): string {
  if (!goal) return '';
  const [sign, limit] = 'atLeast' in goal ? ['≥', goal.atLeast] : ['≤', goal.atMost];
  return `${sign} ${withUnit(short(limit), unit)}`;
}

function heldText({ goal, values }: Figure): string {
  if (!goal) return '';
  const value = median(values);
  return ('atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost) ? 'yes' : 'no';
}

/** The middle value, or the mean of the two middle values; NaN if there are no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low = Number.NaN, high = low] = sorted.slice(Math.floor((sorted.length - 1) / 2));
  return sorted.length % 2 === 0 ? (low + high) / 2 : low;
}

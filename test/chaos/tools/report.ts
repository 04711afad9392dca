import type { Figure } from './row.ts';
import type { Outcome } from './run-row.ts';

/** The result of a row as lines of a table: one line for each figure, below the name of the row. */
export function reportOf({ row, handicap, figures, tookMs, ok }: Outcome): string {
  const name = handicap ? `  † ${describe(handicap)}` : row.name;
  const shown = handicap
    ? figures.filter(({ what }) => what === handicap.fails || what === 'broken off')
    : figures;
  const verdict = handicap ? (ok ? 'fails, as it must' : 'DOES NOT FAIL') : ok ? 'ok' : 'FAIL';
  const head = `${cell(name, 78)} ${cell(verdict, 18)} ${(tookMs / 1000).toFixed(1).padStart(6)} s`;
  return [head, ...shown.map(lineOf)].join('\n');
}

export function headline(seed: number): string {
  return `seed ${seed}\n${'─'.repeat(106)}`;
}

function describe({ env }: NonNullable<Outcome['handicap']>): string {
  return ['unprotected:', ...Object.entries(env).map(([name, value]) => `${name}=${value}`)].join(' ');
}

function lineOf({ what, value, limit, ok }: Figure): string {
  return `    ${cell(what, 44)} ${cell(String(value), 24)} ${cell(limit, 24)} ${ok ? 'ok' : 'FAIL'}`;
}

function cell(text: string, width: number): string {
  return text.padEnd(width);
}

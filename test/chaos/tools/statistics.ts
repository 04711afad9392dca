import type { Answer } from '../../support/caller.ts';
import { percentile } from '../../support/load.ts';
import { pick } from '../../support/pick.ts';

export function p99Ms(answers: readonly Answer[]): number {
  return percentile(pick(answers, 'tookMs'), 0.99);
}

export function medianMs(answers: readonly Answer[]): number {
  return percentile(pick(answers, 'tookMs'), 0.5);
}

export function slowestMs(answers: readonly Answer[]): number {
  return answers.reduce((slowest, answer) => Math.max(slowest, answer.tookMs), 0);
}

/** The share of the answers for which `isSo` is true. It is 0 if there are no answers, so that an empty measurement fails. */
export function shareOf(answers: readonly Answer[], isSo: (answer: Answer) => boolean): number {
  return answers.length === 0 ? 0 : countOf(answers, isSo) / answers.length;
}

export function countOf(answers: readonly Answer[], isSo: (answer: Answer) => boolean): number {
  return answers.filter(isSo).length;
}

export function ofLabel(answers: readonly Answer[], label: string): Answer[] {
  return answers.filter((answer) => answer.label === label);
}

/** The answers to requests that were sent between these times. */
export function between(answers: readonly Answer[], fromMs: number, toMs: number): Answer[] {
  return answers.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
}

export function isRight(answer: Answer): boolean {
  return answer.isRight;
}

export function lostOf(answers: readonly Answer[]): Answer[] {
  return answers.filter((answer) => !answer.isRight);
}

/** The count of each status with its code, or of each socket error if there was no answer: `200×90, 503 OVERLOADED×10`. */
export function statusesOf(answers: readonly Answer[]): string {
  const counts = new Map<string, number>();
  for (const { status, code } of answers) {
    const key = status === 200 ? '200' : `${status} ${code}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => `${key}×${count}`).join(', ');
}

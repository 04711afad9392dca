import { setFlagsFromString } from 'node:v8';

/** As V8 finds best. */
const DEFAULT = 0;

let users = 0;

/**
 * Lets the heap grow by no more than a fifth between collections until what it returns is called: a stream of a million
 * short-lived lines otherwise takes half as much memory again, and is no faster for it. Single long texts are: each
 * would bring a collection with it.
 */
export function keepHeapSmall(): () => void {
  if (++users === 1) growBy(20);
  return () => {
    if (--users === 0) growBy(DEFAULT);
  };
}

function growBy(percent: number): void {
  setFlagsFromString(`--heap-growing-percent=${percent}`);
}

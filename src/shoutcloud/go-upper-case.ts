import { simpleUpperCase } from '../core/upper-case.ts';

/**
 * Upper-cases well-formed text exactly as Go 1.26's `strings.ToUpper` does. Go's tables are those of Unicode 15,
 * Node's are newer: letters whose upper case came later stay as they are.
 */
export function goUpperCase(text: string): string {
  return YOUNGER.test(text) ? text.replace(OLDER_RUNS, (run) => simpleUpperCase(run)) : simpleUpperCase(text);
}

// Each has an upper case in Unicode 16 or 17 but none in Unicode 15; a test compares every code point with Go.
const YOUNGER_RANGES =
  '\\u019B\\u0264\\u1C8A\\uA7CD\\uA7CF\\uA7D3\\uA7D5\\uA7DB\\u{10D70}-\\u{10D85}\\u{16EBB}-\\u{16ED3}';
const YOUNGER = new RegExp(`[${YOUNGER_RANGES}]`, 'u');
const OLDER_RUNS = new RegExp(`[^${YOUNGER_RANGES}]+`, 'gu');

import { mayStayLowerCase, simpleUpperCase } from './case-mapping.ts';

/**
 * The upper case of `text` that `output` claims to be, or `undefined` where it is not: each code point is the simple
 * upper case of its counterpart, or unchanged where the upstream's Unicode may not know one. The answer is a string
 * of our own, so that keeping it never keeps the body it came in.
 */
export function verifiedUpperCase(text: string, output: string): string | undefined {
  const expected = simpleUpperCase(text);
  if (output === expected) return expected;
  return isWithinTolerance(text, expected, output) ? String(Buffer.from(output)) : undefined;
}

// A simple mapping never crosses the planes, so text, expected and output run in step, code point by code point.
function isWithinTolerance(text: string, expected: string, output: string): boolean {
  if (output.length !== text.length) return false;
  for (let i = 0; i < text.length; i++) {
    if (output.charCodeAt(i) === expected.charCodeAt(i)) continue;
    // Half of a pair stands for its code point: no well-known block has one.
    if (output.charCodeAt(i) !== text.charCodeAt(i) || !mayStayLowerCase(text.charCodeAt(i))) return false;
  }
  return true;
}

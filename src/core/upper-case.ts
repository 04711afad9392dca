/**
 * Upper-cases code point by code point with Unicode's *simple* mapping, as SHOUTCLOUD (Go's `strings.ToUpper`)
 * does: `ß` stays, `ŉ` stays, `ᾀ` becomes `ᾈ`. The answer has as many code points as `text`. The upper case of
 * joined texts is the same as their upper cases, joined.
 */
export function simpleUpperCase(text: string): string {
  return text.search(EXPANDING) < 0 ? text.toUpperCase() : upperCaseAround(text);
}

/**
 * Returns `output` if it is the upper case of `text`, else `undefined`. Each code point must be the simple upper case
 * of its counterpart, or unchanged if the upstream's Unicode version can be too old to have that upper case. The result
 * never shares memory with the body of the answer, because otherwise a cache would keep the whole body.
 */
export function verifiedUpperCase(text: string, output: string): string | undefined {
  const expected = simpleUpperCase(text);
  if (output === expected) return expected;
  return isWithinTolerance(text, expected, output) ? String(Buffer.from(output)) : undefined;
}

// The simple upper case of a character has as many UTF-16 units as the character. So a right `output` is as long as `text`.
function isWithinTolerance(text: string, expected: string, output: string): boolean {
  if (output.length !== text.length) return false;
  for (let i = 0; i < text.length; i++) {
    if (output.charCodeAt(i) === expected.charCodeAt(i)) continue;
    // Surrogate pairs can be compared unit by unit, because no well-known block has pairs.
    if (output.charCodeAt(i) !== text.charCodeAt(i) || isWellKnown(text.charCodeAt(i))) return false;
  }
  return true;
}

/** Outside `WELL_KNOWN_BLOCKS`, an old Unicode version can lack an upper case: U+019B has one only since Unicode 16. */
function isWellKnown(codePoint: number): boolean {
  return WELL_KNOWN_BLOCKS.some(([first, last]) => codePoint >= first && codePoint <= last);
}

const WELL_KNOWN_BLOCKS = [
  [0x0000, 0x017f],
  [0x03ac, 0x03ce],
  [0x0430, 0x045f],
  [0x0561, 0x0586],
] as const;

// The code points whose full upper case (toUpperCase) is several code points. A test derives the same list.
const EXPANDING =
  /[\u00DF\u0149\u01F0\u0390\u03B0\u0587\u1E96-\u1E9A\u1F50\u1F52\u1F54\u1F56\u1F80-\u1FAF\u1FB2-\u1FB4\u1FB6\u1FB7\u1FBC\u1FC2-\u1FC4\u1FC6\u1FC7\u1FCC\u1FD2\u1FD3\u1FD6\u1FD7\u1FE2-\u1FE4\u1FE6\u1FE7\u1FF2-\u1FF4\u1FF6\u1FF7\u1FFC\uFB00-\uFB06\uFB13-\uFB17]/g;

/** Upper-cases all letters outside `EXPANDING` in one call, then inserts the others. A call for each letter takes four times as long. */
function upperCaseAround(text: string): string {
  const others = text.replace(EXPANDING, '\0').toUpperCase();
  const units = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = others.charCodeAt(i);
    units[i] = unit === 0 ? simpleUpperOf(text.charCodeAt(i)) : unit;
  }
  return Buffer.from(units.buffer).toString('utf16le');
}

/** In UnicodeData.txt, these Greek letters with iota subscript have an upper case. No other letter in `EXPANDING` has one. */
function simpleUpperOf(unit: number): number {
  const isSmallWithIota = unit >= 0x1f80 && unit <= 0x1fa7 && (unit & 0x08) === 0;
  if (isSmallWithIota) return unit + 8;
  if (unit === 0x1fb3 || unit === 0x1fc3 || unit === 0x1ff3) return unit + 9;
  return unit;
}

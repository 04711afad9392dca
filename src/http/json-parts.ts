/** JSON.parse takes up to 3 µs for each object, array and key, so with 250 KB of them it takes 70 ms. */
export const MOST_JSON_PARTS = 5000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BRACE = 0x7b;

/** Whether a JSON text has more than `MOST_JSON_PARTS` objects, arrays and keys. If it is not JSON, either answer will do. */
export function hasManyParts(json: string): boolean {
  let parts = 0;
  for (let at = 0; at < json.length && parts <= MOST_JSON_PARTS; at++) {
    const unit = json.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(json, at);
    else if (unit === COLON || unit === BRACKET || unit === BRACE) parts++;
  }
  return parts > MOST_JSON_PARTS;
}

/** The end of the string that begins at `start`: the next quote with an even number of backslashes in front. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end > 0; end = json.indexOf('"', end + 1)) {
    let before = end;
    while (json.charCodeAt(before - 1) === BACKSLASH) before--;
    if ((end - before) % 2 === 0) return end;
  }
  return json.length;
}

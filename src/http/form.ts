import { isUtf8 } from 'node:buffer';

/**
 * The first field called `name` of an `application/x-www-form-urlencoded` text (WHATWG URL §5.1), or `undefined` where
 * there is none or it is not UTF-8. `encoded` holds a character for each byte, as `latin1` decodes them.
 */
export function firstField(encoded: string, name: string): string | undefined {
  for (const field of encoded.split('&')) {
    const middle = field.indexOf('=');
    const [key, value] = middle < 0 ? [field, ''] : [field.slice(0, middle), field.slice(middle + 1)];
    if (decoded(key) === name) return decoded(value);
  }
  return undefined;
}

function decoded(encoded: string): string | undefined {
  const unescaped = encoded
    .replaceAll('+', ' ')
    .replace(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  const bytes = Buffer.from(unescaped, 'latin1');
  return isUtf8(bytes) ? bytes.toString() : undefined;
}

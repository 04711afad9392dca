import { isUtf8 } from 'node:buffer';

/** A field called `data`, its name escaped or not, and what it holds. One pass: only names that can be `data` are decoded. */
const DATA_FIELD = /(?:^|&)(?:d|%64)(?:a|%61)(?:t|%74)(?:a|%61)(?:=([^&]*))?(?=&|$)/;

/**
 * The first field called `data` of an `application/x-www-form-urlencoded` text (WHATWG URL §5.1). `undefined` if there is
 * none, `null` if it is not UTF-8. `encoded` holds a character for each byte, as `latin1` decodes them.
 */
export function dataField(encoded: string): string | null | undefined {
  const field = DATA_FIELD.exec(encoded);
  if (field === null) return undefined;
  const [, value = ''] = field;
  const bytes = Buffer.from(unescaped(value), 'latin1');
  return isUtf8(bytes) ? bytes.toString() : null;
}

function unescaped(value: string): string {
  if (!/[+%]/.test(value)) return value;
  return value
    .replaceAll('+', ' ')
    .replace(/%[\da-f]{2}/gi, (escaped) => String.fromCharCode(Number.parseInt(escaped.slice(1), 16)));
}

/** The text as it can be sent: a lone surrogate becomes U+FFFD. Throws a `TypeError` for a value that is no string. */
export function wellFormed(text: string): string {
  if (typeof text === 'string') return text.toWellFormed();
  throw new TypeError(`a text must be a string, not ${typeName(text)}`);
}

/** What a value is, for a sentence: `null`, `undefined`, `a number`, `an object`. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  const type = typeof value;
  return `${type === 'object' ? 'an' : 'a'} ${type}`;
}

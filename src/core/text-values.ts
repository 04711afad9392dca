/** The text as a whole number; `undefined` if it has a character that is not a digit, or is out of range. */
export function wholeNumber(text: string, min: number, max: number): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

/** The words between white space. */
export function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** A duration for people: `1h 2m 5s`, `1s 500ms`, `0s`. */
export function durationText(ms: number): string {
  const parts = {
    hours: Math.floor(ms / 3_600_000),
    minutes: Math.floor(ms / 60_000) % 60,
    seconds: Math.floor(ms / 1000) % 60,
    milliseconds: ms % 1000,
  };
  return new Intl.DurationFormat('en', { style: 'narrow' }).format(parts) || '0s';
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The code of an error, or its HTTP status. If it has neither, returns `otherwise`, or else the name of the error. Never returns
 * the message, which can quote an address. `fetch` hides the code in the `cause` of its error.
 */
export function codeOf(error: unknown, otherwise?: string): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.cause instanceof Error) return codeOf(error.cause, otherwise);
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'number') return `status ${code}`;
  return typeof code === 'string' ? code : (otherwise ?? error.name);
}

/** The bytes of a text in memory. V8 stores one byte for each UTF-16 unit if all units are Latin-1, else two bytes. */
export function stringBytes(text: string): number {
  return /^[\0-\xff]*$/.test(text) ? text.length : 2 * text.length;
}

/** Whether `fetch` accepts this address: http or https, and no user name or password in it. */
export function isHttpAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && ['http:', 'https:'].includes(url.protocol) && !url.username && !url.password;
}

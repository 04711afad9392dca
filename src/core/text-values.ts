/** The whole number that this text is; `undefined` if it is not only digits, or out of range. */
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

/** What to say about anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The code or the status of a failed request, else `otherwise`, else the name of its error. Never the message, which can quote an
 * address. Node hides the code in the causes of "fetch failed".
 */
export function codeOf(error: unknown, otherwise?: string): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.cause instanceof Error) return codeOf(error.cause, otherwise);
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'number') return `status ${code}`;
  return typeof code === 'string' ? code : (otherwise ?? error.name);
}

/** The bytes of a text in memory. V8 stores one for each character if all are Latin-1, else two. */
export function stringBytes(text: string): number {
  return /^[\0-\xff]*$/.test(text) ? text.length : 2 * text.length;
}

/** Whether `fetch` accepts this address: http or https, and no password in it. */
export function isHttpAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && ['http:', 'https:'].includes(url.protocol) && !url.username && !url.password;
}

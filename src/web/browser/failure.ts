const UNKNOWN = 'Something between you and tuohs broke.';

/** The sentence for each code of the error table, and for the two codes of `ask`. */
export const sentences: Readonly<Record<string, string>> = {
  BAD_INPUT: 'That text could not be read. Try another one.',
  NOT_FOUND: 'This page is out of date. Reload it.',
  METHOD_NOT_ALLOWED: 'This page is out of date. Reload it.',
  REQUEST_TIMEOUT: 'Your text took too long to arrive.',
  TOO_LARGE: 'That is too long to shout in one breath. Make it shorter.',
  HEADERS_TOO_LARGE: 'Your browser sent too much along with the text. Clear the cookies of this site.',
  RATE_LIMITED: 'You have asked a lot in a short time.',
  UPSTREAM_UNREACHABLE: 'SHOUTCLOUD cannot be reached, and nothing else can shout this.',
  UPSTREAM_TIMEOUT: 'SHOUTCLOUD took too long to answer.',
  UPSTREAM_UNREADABLE: 'SHOUTCLOUD answered with something that makes no sense.',
  UPSTREAM_WRONG: 'SHOUTCLOUD shouted something else, so you do not get to hear it.',
  OVERLOADED: 'Too many people are shouting at once.',
  INTERNAL: 'Something broke on our side. It was not your text.',
  OFFLINE: 'tuohs cannot be reached. Check your connection.',
  UNKNOWN,
};

/** The sentence for a code. A newer service can have codes that this page does not know. */
export function sentenceFor(code: string): string {
  return Object.hasOwn(sentences, code) ? (sentences[code] ?? UNKNOWN) : UNKNOWN;
}

const PERMANENT = new Set(['BAD_INPUT', 'NOT_FOUND', 'METHOD_NOT_ALLOWED', 'TOO_LARGE', 'HEADERS_TOO_LARGE']);

/** Whether the same text would fail again. */
export function isPermanent(code: string): boolean {
  return PERMANENT.has(code);
}

/** Says when to ask again; 0 means now. */
export function whenToRetry(seconds: number): string {
  if (seconds <= 0) return 'Try again now.';
  return `Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`;
}

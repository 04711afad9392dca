/** A Retry-After header and the pause that it asks for. */
export interface RetryAfterValue {
  header(epochMs: number): string;
  pauseMs(epochMs: number): number;
}

function fixed(header: string, pauseMs: number): RetryAfterValue {
  return { header: () => header, pauseMs: () => pauseMs };
}

/** Dates have whole seconds. A pause is at least a second, and at most a minute. */
function inSeconds(seconds: number): RetryAfterValue {
  const date = (epochMs: number) => Math.floor(epochMs / 1000 + seconds) * 1000;
  return {
    header: (epochMs) => new Date(date(epochMs)).toUTCString(),
    pauseMs: (epochMs) => Math.min(60_000, Math.max(1000, date(epochMs) - epochMs)),
  };
}

export const RETRY_AFTER_VALUES: readonly RetryAfterValue[] = [
  fixed('1', 1000),
  fixed('2', 2000),
  fixed('7', 7000),
  fixed('120', 60_000),
  fixed('1000000000', 60_000),
  fixed('1e9', 0),
  fixed('0', 0),
  fixed('-1', 0),
  fixed('soon', 0),
  inSeconds(3),
  inSeconds(90),
  { header: (epochMs) => new Date(epochMs - 5000).toUTCString(), pauseMs: () => 0 },
];

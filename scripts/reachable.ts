// Whether anything answers at an address, in one sentence where nothing does. What answers is for `make smoke` to check.
const [url = ''] = process.argv.slice(2);
try {
  await fetch(url, { signal: AbortSignal.timeout(10_000) });
} catch (error) {
  process.stderr.write(`Nothing answers at ${url}: ${reason(error)}.\n`);
  process.exitCode = 1;
}

/** fetch hides what went wrong in the cause of its error. */
function reason(error: unknown): string {
  const { cause = error } = error instanceof Error ? error : {};
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

// Says in one sentence if nothing answers at an address. `make smoke` then checks the answers.
const [url = ''] = process.argv.slice(2);
try {
  await fetch(url, { signal: AbortSignal.timeout(10_000) });
} catch (error) {
  process.stderr.write(`Nothing answers at ${url}: ${reason(error)}.\n`);
  process.exitCode = 1;
}

/** fetch hides the reason in the cause of its error. */
function reason(error: unknown): string {
  const { cause = error } = error instanceof Error ? error : {};
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

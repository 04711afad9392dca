// Says in one sentence if nothing answers at an address. `make smoke` then checks the answers.
const [url = ''] = process.argv.slice(2);
if (/^https?:\/\//.test(url)) await ask();
else fail(`The address must begin with http:// or https://, unlike ${url}.`);

async function ask(): Promise<void> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(10_000) });
  } catch (error) {
    fail(`Nothing answers at ${url}: ${reason(error)}.`);
  }
}

function fail(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}

/** fetch hides the reason in the cause of its error. */
function reason(error: unknown): string {
  const { cause = error } = error instanceof Error ? error : {};
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

import { readArguments, refuse } from './arguments.ts';

// Says in one sentence if nothing answers at an address. `make smoke` then checks the answers.
const usage = 'node scripts/reachable.ts URL';
const [url = ''] = readArguments(usage, { allowPositionals: true }).positionals;
if (/^https?:\/\//.test(url)) await ask();
else refuse(`The address must begin with http:// or https://, unlike "${url}".`);

async function ask(): Promise<void> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(10_000) });
  } catch (error) {
    process.stderr.write(`Nothing answers at ${url}: ${reason(error)}.\n`);
    process.exitCode = 1;
  }
}

/** fetch hides the reason in the cause of its error. */
function reason(error: unknown): string {
  const { cause = error } = error instanceof Error ? error : {};
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

/** Ends something that was opened. */
type Close = () => Promise<unknown>;

/**
 * Runs what `start` opens until `stop` resolves, which also ends a start that hangs. In the end, and if the start fails,
 * everything that the start has put into `opened` by then is closed, the last first.
 */
export async function runUntil(
  stop: Promise<unknown>,
  start: (opened: Close[]) => Promise<unknown>,
): Promise<void> {
  const opened: Close[] = [];
  try {
    await Promise.race([start(opened), stop]);
    await stop;
  } finally {
    for (const close of opened.reverse()) await close();
  }
}

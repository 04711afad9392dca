/** Calls `run` with the latest value, once `ms` milliseconds have passed without a newer value. */
export function afterPause<T = void>(ms: number, run: (value: T) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    start(value: T): void {
      clearTimeout(timer);
      timer = setTimeout(() => run(value), ms);
    },
    stop: () => clearTimeout(timer),
  };
}

export interface NewestOnlyOptions<Reply> {
  /** How long `later` waits for a newer question. */
  readonly pauseMs?: number;
  /** Must not reject. Its reply is ignored if the signal has aborted. */
  readonly ask: (question: string, signal: AbortSignal) => Promise<Reply>;
  readonly show: (reply: Reply) => void;
}

/** Asks only the newest question. A newer question, or `stop`, aborts the request that is under way. */
export function newestOnly<Reply>({ pauseMs = 0, ask, show }: NewestOnlyOptions<Reply>) {
  let newest = new AbortController();
  const pause = afterPause(pauseMs, askNow);
  return {
    /** Asks after a pause. */
    later(question: string): void {
      stop();
      pause.start(question);
    },
    now(question: string): void {
      stop();
      void askNow(question);
    },
    stop,
  };

  function stop(): void {
    pause.stop();
    newest.abort();
  }

  async function askNow(question: string): Promise<void> {
    newest = new AbortController();
    const { signal } = newest;
    const reply = await ask(question, signal);
    if (!signal.aborted) show(reply);
  }
}

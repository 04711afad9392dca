export interface AsYouTypeOptions<Reply> {
  /** How long typing must pause. */
  readonly pauseMs: number;
  /** Must not reject; may go on after its signal aborted. */
  readonly ask: (text: string, signal: AbortSignal) => Promise<Reply>;
  readonly show: (reply: Reply) => void;
}

export interface AsYouType {
  /** Asks for this text once typing pauses. */
  later(text: string): void;
  now(text: string): void;
  /** Drops whatever is under way. */
  stop(): void;
}

/** Asks for the newest text only: older requests are aborted, and their answers, should they still come, are not shown. */
export function asYouType<Reply>({ pauseMs, ask, show }: AsYouTypeOptions<Reply>): AsYouType {
  let newest = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    later(text) {
      stop();
      timer = setTimeout(() => askNow(text), pauseMs);
    },
    now(text) {
      stop();
      void askNow(text);
    },
    stop,
  };

  function stop(): void {
    clearTimeout(timer);
    newest.abort();
  }

  async function askNow(text: string): Promise<void> {
    newest = new AbortController();
    const { signal } = newest;
    const reply = await ask(text, signal);
    if (!signal.aborted) show(reply);
  }
}

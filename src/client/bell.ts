/** Wakes those who wait for something to change; each looks for itself whether it is what it waits for. */
export class Bell {
  #waiting: PromiseWithResolvers<void> | undefined;

  ring(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  /** Resolves when it rings next. */
  rung(): Promise<void> {
    this.#waiting ??= Promise.withResolvers<void>();
    return this.#waiting.promise;
  }

  /** The same, but after `ms` milliseconds at the latest. */
  async rungWithin(ms: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([this.rung(), late]);
    clearTimeout(timer);
  }
}

import type { Clock } from '../../core/clock.ts';

/** Lines whose places were taken in order leave in that order, all that are ready in one turn as one text. */
export class OrderedOutput {
  readonly #write: (text: string) => void;
  readonly #clock: Pick<Clock, 'soon'>;
  /** The lines of the places that have not left, from the first one on. */
  #lines: (string | undefined)[] = [];
  #taken = 0;
  #left = 0;
  #isScheduled = false;
  #moved = Promise.withResolvers<void>();

  constructor(write: (text: string) => void, clock: Pick<Clock, 'soon'>) {
    this.#write = write;
    this.#clock = clock;
  }

  /** Places taken whose lines have not left. */
  get pending(): number {
    return this.#taken - this.#left;
  }

  /** Resolves the next time that lines leave, or when they are given up. */
  get moved(): Promise<void> {
    return this.#moved.promise;
  }

  /** Takes the next place; the returned function fills it, once. */
  take(): (line: string) => void {
    const place = this.#taken++;
    this.#lines.push(undefined);
    return (line) => {
      if (place < this.#left) return;
      this.#lines[place - this.#left] = line;
      if (place === this.#left) this.#schedule();
    };
  }

  /** Forgets all lines that have not left: nobody reads them. */
  giveUp(): void {
    this.#left = this.#taken;
    this.#lines = [];
    this.#move();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#clock.soon(() => {
      this.#isScheduled = false;
      this.#putOut();
    });
  }

  #putOut(): void {
    const firstOpen = this.#lines.indexOf(undefined);
    const ready = this.#lines.splice(0, firstOpen < 0 ? this.#lines.length : firstOpen);
    if (ready.length === 0) return;
    this.#left += ready.length;
    this.#write(`${ready.join('\n')}\n`);
    this.#move();
  }

  #move(): void {
    const { resolve } = this.#moved;
    this.#moved = Promise.withResolvers();
    resolve();
  }
}

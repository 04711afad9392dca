import type { Clock } from '../../core/clock.ts';

/** Lines whose places were taken in order leave in that order, all that are ready in one turn as one text. */
export class OrderedOutput {
  readonly #write: (text: string) => void;
  readonly #clock: Pick<Clock, 'soon'>;
  readonly #filled = new Map<number, string>();
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
    return (line) => {
      if (place < this.#left) return;
      this.#filled.set(place, line);
      if (place === this.#left) this.#schedule();
    };
  }

  /** Forgets all lines that have not left: nobody reads them. */
  giveUp(): void {
    this.#left = this.#taken;
    this.#filled.clear();
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
    let text = '';
    for (let line = this.#filled.get(this.#left); line !== undefined; line = this.#filled.get(this.#left)) {
      this.#filled.delete(this.#left++);
      text += `${line}\n`;
    }
    if (text === '') return;
    this.#write(text);
    this.#move();
  }

  #move(): void {
    const { resolve } = this.#moved;
    this.#moved = Promise.withResolvers();
    resolve();
  }
}

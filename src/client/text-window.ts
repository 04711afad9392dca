import { Bell } from './bell.ts';
import { Queue } from './queue.ts';

/** One result a text: the answer, or why there is none. */
export type BulkResult =
  | { readonly data: string; readonly error?: undefined; readonly code?: undefined }
  | { readonly data?: undefined; readonly error: string; readonly code: string };

/** A text on its way, and its result once there is one. */
export interface Slot {
  readonly text: string;
  result: BulkResult | undefined;
}

export interface WindowLimits {
  /** How many texts may be on their way, and how long they may be together. One text always may. */
  readonly texts: number;
  readonly units: number;
}

/** The texts between the one who gives them and the one who takes their results: a bounded number, in order. */
export class TextWindow {
  readonly #limits: WindowLimits;
  readonly #signal: AbortSignal;
  readonly #inOrder = new Queue<Slot>();
  readonly #unsent = new Queue<Slot>();
  readonly #room = new Bell();
  readonly #settled = new Bell();
  /** Rings when there is something more to send, or never will be. */
  readonly #toSend = new Bell();
  #units = 0;
  #hasEnded = false;
  #failure: { reason: unknown } | undefined;

  constructor(limits: WindowLimits, signal: AbortSignal) {
    this.#limits = limits;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#ringAll(), { once: true });
  }

  get hasUnsent(): boolean {
    return this.#unsent.length > 0;
  }

  get hasAllTexts(): boolean {
    return this.#hasEnded;
  }

  /** Nothing is left to be sent, now or later; what is under way may still be put back. */
  get hasEnded(): boolean {
    return this.#hasEnded && !this.hasUnsent;
  }

  /** Takes texts while there is room for them. Never rejects: a failure comes out behind the last result. */
  async fill(texts: Iterator<string> | AsyncIterator<string>): Promise<void> {
    try {
      while (!this.#signal.aborted) {
        const { done, value } = await texts.next();
        if (done) break;
        this.#add({ text: value.toWellFormed(), result: undefined });
        if (this.#isFull()) await this.#roomAgain();
      }
    } catch (reason) {
      this.#failure = { reason };
    }
    this.#hasEnded = true;
    this.#ringAll();
  }

  /** The next texts to send, up to these limits, and one at least where there is one. */
  takeUnsent({ texts, units }: WindowLimits): Slot[] {
    const taken: Slot[] = [];
    for (let sum = 0; taken.length < texts; ) {
      const { first } = this.#unsent;
      if (first === undefined) break;
      sum += first.text.length;
      if (sum > units && taken.length > 0) break;
      taken.push(first);
      this.#unsent.shift();
    }
    return taken;
  }

  /** What has to be sent again. */
  putBack(slots: readonly Slot[]): void {
    this.#unsent.putBack(slots);
    this.#toSend.ring();
  }

  settle(slot: Slot, result: BulkResult): void {
    slot.result = result;
    if (slot === this.#inOrder.first) this.#settled.ring();
  }

  /**
   * Resolves when there may be something to send, or it is clear that there is nothing; after `ms` in any case. What comes
   * in one turn of the event loop is there together.
   */
  async somethingToSend(ms?: number): Promise<void> {
    if (this.hasUnsent || this.#hasEnded || this.#signal.aborted) return;
    await (ms === undefined ? this.#toSend.rung() : this.#toSend.rungWithin(ms));
    await new Promise((resolve) => setTimeout(resolve));
  }

  /** The next result in order, if it is there. */
  takeResult(): BulkResult | undefined {
    const result = this.#inOrder.first?.result;
    if (result) this.#removeFirst();
    return result;
  }

  /** Whether every text has ended and its result is taken. Throws what the texts threw. */
  isDone(): boolean {
    if (!this.#hasEnded || this.#inOrder.length > 0) return false;
    if (this.#failure) throw this.#failure.reason;
    return true;
  }

  /** Resolves when the next result may be there, when the texts have ended, and when the signal aborts. */
  somethingToTake(): Promise<void> {
    return this.#settled.rung();
  }

  #add(slot: Slot): void {
    this.#inOrder.push(slot);
    this.#unsent.push(slot);
    this.#units += slot.text.length;
    this.#toSend.ring();
  }

  #removeFirst(): void {
    this.#units -= this.#inOrder.shift()?.text.length ?? 0;
    if (this.#isHalfEmpty()) this.#room.ring();
  }

  #isFull(): boolean {
    return this.#inOrder.length >= this.#limits.texts || this.#units >= this.#limits.units;
  }

  #isHalfEmpty(): boolean {
    return this.#inOrder.length * 2 <= this.#limits.texts && this.#units * 2 <= this.#limits.units;
  }

  /** Not before half of it is free: texts that come in a run travel in one piece. */
  async #roomAgain(): Promise<void> {
    while (!this.#isHalfEmpty() && !this.#signal.aborted) await this.#room.rung();
  }

  #ringAll(): void {
    for (const bell of [this.#room, this.#settled, this.#toSend]) bell.ring();
  }
}

export interface RetryBudgetOptions {
  /** Tokens that each string adds: the share of extra attempts that SHOUTCLOUD may see. */
  readonly ratio: number;
}

/** How many tokens can be held, and are there at the start. */
const HELD = 20;

/**
 * Bounds the load that we add to a troubled upstream: each string earns `ratio` tokens, each retry and each half of a
 * batch costs one. So there are never more than (1 + ratio) × strings + 20 attempts.
 */
export class RetryBudget {
  readonly #ratio: number;
  #tokens = HELD;

  constructor({ ratio }: RetryBudgetOptions) {
    this.#ratio = ratio;
  }

  get tokens(): number {
    return this.#tokens;
  }

  /** To be called once for each string. */
  earn(): void {
    this.#tokens = Math.min(HELD, this.#tokens + this.#ratio);
  }

  /** Whether another attempt is within the budget, which then has paid for it. */
  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}

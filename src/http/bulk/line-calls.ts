import { TuohsError } from '../../core/errors.ts';
import { LeaveController, type LeaveSignal } from '../../core/leave-signal.ts';
import type { Call } from '../../core/shouter.ts';
import { Slots } from '../../core/slots.ts';

/**
 * The calls of one stream's lines. Each has a signal of its own: listeners that come and go on one long-lived signal
 * stay linked to each other, and so all of them alive.
 */
export class LineCalls {
  readonly #waiting = new Slots<LineCall>();

  begin(): LineCall {
    return new LineCall(this.#waiting);
  }

  /** Nobody reads the answers any more. */
  leave(): void {
    for (const call of this.#waiting.values()) call.leave();
  }
}

/** The call of one line; known to its stream only while somebody waits for the answer. */
export class LineCall extends LeaveController implements Call {
  readonly deadline = Number.POSITIVE_INFINITY;
  readonly strings = 1;
  readonly #waiting: Slots<LineCall>;
  #slot = -1;

  constructor(waiting: Slots<LineCall>) {
    super();
    this.#waiting = waiting;
  }

  override get signal(): LeaveSignal {
    if (this.#slot < 0) this.#slot = this.#waiting.add(this);
    return this;
  }

  /** The line has its answer. */
  end(): void {
    this.#waiting.remove(this.#slot);
  }

  leave(): void {
    this.abort(new TuohsError('UPSTREAM_TIMEOUT', 'the caller hung up'));
  }
}

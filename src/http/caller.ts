import type { ServerResponse } from 'node:http';
import { TuohsError } from '../core/errors.ts';
import { LeaveController, type LeaveSignal } from '../core/leave-signal.ts';
import type { Call } from '../core/shouter.ts';

/** The call of one HTTP client. Its signal, which aborts when the client hangs up, is made only for those who wait. */
export class Caller implements Call {
  readonly deadline = Number.POSITIVE_INFINITY;
  readonly strings = 1;
  readonly #response: ServerResponse;
  #controller: LeaveController | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get signal(): LeaveSignal {
    this.#controller ??= this.#watch();
    return this.#controller.signal;
  }

  #watch(): LeaveController {
    const controller = new LeaveController();
    const response = this.#response;
    const hangUp = () => {
      // Each answer closes its response; an error for nobody costs more than all else here.
      if (response.writableFinished) return;
      controller.abort(new TuohsError('UPSTREAM_TIMEOUT', 'the caller hung up'));
    };
    if (response.destroyed) hangUp();
    else response.on('close', hangUp);
    return controller;
  }
}

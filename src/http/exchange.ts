import type { IncomingMessage, ServerResponse } from 'node:http';
import { TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import { LeaveController, type LeaveSignal } from '../core/leave-signal.ts';
import type { Call } from '../core/shouter.ts';
import { type ByteBudget, HeldBytes } from './limits/held-bytes.ts';
import type { Answer, Outcome } from './message.ts';
import { harmlessId, headBytes, methodLabel, PROXY_MS, waitsForProxy } from './message.ts';
import { headersTooLarge, knownError, MAX_HEADERS, problemFor, tooLarge } from './problem.ts';
import { Reply, type ReplyHost } from './reply.ts';
import { type BodySource, RequestBody } from './request-body.ts';
import type { Work, Working, WorkTurns } from './work-turns.ts';

/** What a request asks for. */
export interface Asked {
  /** The path in the table of routes, or `none`. */
  readonly label: string;
  /** `query` is what follows `?` in the request target. `rest` is what follows the prefix of a path that ends in `/*`. */
  readonly query: string;
  readonly rest: string;
}

/** What all exchanges of a server share. */
export interface ExchangeHost extends World, ReplyHost {
  readonly budget: ByteBudget;
  readonly source: BodySource;
  readonly turns: WorkTurns;
  /** A new id for a request whose client gave it none. */
  readonly newId: () => string;
  /** Whether the drain is over and the server is closing. */
  isClosing(): boolean;
}

/** One request, from its head to the end of its answer, and the `Call` of its client. Every error becomes an answer here. */
export class Exchange implements Call, Working {
  readonly deadline = Number.POSITIVE_INFINITY;
  readonly texts = 1;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: RequestBody;
  readonly held: HeldBytes;
  readonly reply: Reply;
  readonly id: string;
  readonly startedMs: number;
  /** What the request asks for, once that is known. */
  target: Asked = { label: 'none', query: '', rest: '' };
  /** The error to answer with, if the head alone is a reason to refuse the request. */
  refusal: unknown;
  waitsForTurn = false;
  readonly #host: ExchangeHost;
  #atEnd: readonly AtEnd[] = NOTHING;
  #left: LeaveController | undefined;
  #hasEnded = false;
  #stepsUnderWay = 0;

  constructor(request: IncomingMessage, response: ServerResponse, host: ExchangeHost) {
    this.request = request;
    this.response = response;
    this.id = harmlessId(request.headers['x-request-id']) ?? host.newId();
    this.#host = host;
    this.held = new HeldBytes(host.budget, request);
    this.body = new RequestBody(request, this.held, host.source);
    this.reply = new Reply(this, host);
    this.startedMs = host.clock.now();
    // When a connection breaks, Node emits `error` on its request and its response. Without a listener, that would end the process.
    request.on('error', ignore);
    response.on('error', ignore);
    response.on('close', () => this.end());
  }

  /** Aborts when the client hangs up or the exchange fails. Made on first use, because an answer from memory needs none. */
  get signal(): LeaveSignal {
    this.#left ??= new LeaveController();
    return this.#left.signal;
  }

  /** The size of the request in bytes, assuming that each header is written as `Name: value` and that the body is not chunked. */
  get bytes(): number {
    return headBytes(this.request, this.held.headLength) + (this.body.announced || 0);
  }

  /** Whether all of the request has arrived. */
  get isWhole(): boolean {
    return this.body.isWhole;
  }

  /** Whether the server is closing. Then no new work must begin. */
  get isClosing(): boolean {
    return this.#host.isClosing();
  }

  /**
   * Counts the head of the request in the byte budget. If there is no room, or there are too many headers, drops the headers,
   * because the refusal can wait behind other answers and would keep them in memory. Returns whether the headers are kept.
   */
  hold({ isAhead }: { readonly isAhead: boolean }): boolean {
    try {
      if (this.request.rawHeaders.length > MAX_HEADERS * 2) throw headersTooLarge();
      this.held.setHead(isAhead);
      return true;
    } catch (error) {
      this.refusal = error;
      const { origin, expect } = this.request.headers;
      Object.assign(this.request, { url: '', headers: { origin, expect }, rawHeaders: [] });
      this.held.dropHeaders();
      return false;
    }
  }

  /** Runs `run` when the answer has been sent or the client has hung up. */
  atEnd(run: AtEnd): void {
    // Makes a new array, because `push` would reserve room for sixteen elements.
    this.#atEnd = [...this.#atEnd, run];
  }

  /** Does a step of the work. Whatever the step returns, throws or rejects with becomes the answer. */
  run(step: (exchange: Exchange) => Outcome): void {
    try {
      const outcome = step(this);
      if (outcome instanceof Promise) this.#await(outcome);
      else if (outcome !== undefined) this.reply.send(outcome);
    } catch (error) {
      void this.#failInTurn(error);
    }
  }

  #await(outcome: Promise<Answer | undefined>): void {
    this.#stepsUnderWay++;
    outcome
      .then(
        (late) => this.#host.turns.answer(() => this.run(() => late), this),
        (error) => this.#failInTurn(error),
      )
      .then(() => {
        this.#stepsUnderWay--;
        this.#letGo();
      });
  }

  /** Does work on this many bytes, now or in a later turn of the event loop. Throws or rejects if no one needs the result any more. */
  inTurn<Done>(bytes: number, work: Work<Exchange, Done>): Done | Promise<Done> {
    return this.#host.turns.work<Exchange, Done>(this, bytes, work);
  }

  get isUnwanted(): boolean {
    return this.reply.isGone || this.#left?.aborted === true;
  }

  throwIfUnwanted(): void {
    if (this.isUnwanted) throw this.#left?.signal.reason ?? hungUp();
  }

  /**
   * Reads the whole body and passes it to `use`. Sends `100 Continue` if the client expects it. Throws `TOO_LARGE` at once if
   * `Content-Length` is too large. Later, the exchange can fail with `TOO_LARGE`, with `OVERLOADED`, or with the error given to `breakBody`.
   */
  readBody(maxBytes: number, use: (body: Buffer) => Outcome, { isStreamed = false } = {}): Outcome {
    const { body, request, response } = this;
    if (!body.exists) return use(Buffer.alloc(0));
    if (body.announced > maxBytes) throw tooLarge('body', maxBytes);
    if (request.headers.expect !== undefined && request.httpVersionMinor === 1) response.writeContinue();
    const step = (bytes: Buffer) => this.run(() => use(bytes));
    const start = (bytes: Buffer) => {
      if (!waitsForProxy(request.headers, bytes.length, isStreamed)) return step(bytes);
      this.atEnd(this.#host.clock.after(PROXY_MS, () => step(bytes)));
    };
    body.read({ maxBytes, use: start, fail: (error) => void this.#failInTurn(error) });
    return undefined;
  }

  /** Call this when the rest of the body will never arrive. The error becomes the answer if there is none yet. */
  breakBody(error: TuohsError): void {
    this.reply.closeAfter();
    this.body.break(error);
  }

  #failInTurn(error: unknown): void | Promise<void> {
    if (!this.reply.isGone) return this.#host.turns.answer(() => this.fail(error), this);
  }

  /** Answers as the error table says. Errors that are our fault or the upstream's are also reported as an event. */
  fail(error: unknown): void {
    // The client is gone, so the error concerns no one.
    if (this.reply.isGone) return;
    this.abandon(hungUp());
    const problem = problemFor(error, this.id, this.request);
    if (problem.status >= 500) this.report(error);
    if (this.response.headersSent) return void this.response.destroy();
    this.reply.send(problem);
  }

  /** Reports an error as an event, with the id of this request. */
  report(error: unknown): void {
    this.#host.emit({ type: 'failed', requestId: this.id, code: knownError(error).code, error });
  }

  /** Call this when the answer has been sent or the connection is gone. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.reply.settle();
    this.#letGo();
    const { response, id } = this;
    if (!this.isWhole || !response.writableFinished) this.body.break(hungUp());
    if (!response.writableFinished) this.abandon(hungUp());
    this.#host.emit({
      type: 'answered',
      method: methodLabel(this.request.method),
      // The path itself is not reported, because a caller can write anything there.
      route: this.target.label,
      status: this.reply.status,
      durationMs: this.#host.clock.now() - this.startedMs,
      requestId: id,
    });
    for (const run of this.#atEnd) run(this);
  }

  /** Stops the work that is still under way. The work fails with this reason, which becomes the answer if the client still waits. */
  abandon(reason: TuohsError): void {
    this.#left ??= new LeaveController();
    this.#left.abort(reason);
  }

  /** Releases the held bytes once the exchange and its work have ended. Work can go on after the client has left, and needs memory. */
  #letGo(): void {
    if (this.#hasEnded && this.#stepsUnderWay === 0) this.held.end();
  }
}

/** What runs at the end of an exchange. */
export type AtEnd = (exchange: Exchange) => void;

const NOTHING: readonly AtEnd[] = [];

function hungUp(): TuohsError {
  return new TuohsError('UPSTREAM_TIMEOUT', 'the caller hung up');
}

function ignore(): void {}

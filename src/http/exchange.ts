import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WorkTurn } from '../core/clock.ts';
import { TuohsError } from '../core/errors.ts';
import type { World } from '../core/events.ts';
import { LeaveController, type LeaveSignal } from '../core/leave-signal.ts';
import type { Call } from '../core/shouter.ts';
import type { Answer, Outcome } from './answer.ts';
import type { CrossOrigin } from './cross-origin.ts';
import { type ByteBudget, HeldBytes } from './limits/admission.ts';
import { headerLines, type WriteHead } from './node-http.ts';
import { headersTooLarge, knownError, MAX_HEADERS, problemFor, tooLarge } from './problem.ts';
import {
  type BodyOwner,
  FRIENDLY_REST_BYTES,
  type GiveWay,
  RequestBody,
  SMALL_REST_BYTES,
  type UseBody,
} from './request-body.ts';

/** What a request asks for. */
export interface Asked {
  /** The path in the table of routes, or `none`. */
  readonly label: string;
  /** What follows `?` in the request target, and what follows the prefix of a `/*` path. */
  readonly query: string;
  readonly rest: string;
}

/** What all exchanges of a server share. */
export interface ExchangeHost extends World {
  readonly crossOrigin: CrossOrigin | undefined;
  readonly writeHead: WriteHead;
  readonly budget: ByteBudget;
  readonly giveWay: GiveWay;
  readonly workTurn: WorkTurn;
  /** A new id for a request whose client gave it none. */
  readonly newId: () => string;
  /** While it is true, each answer closes its connection so that clients move to another process. */
  isDraining(): boolean;
  /** The drain is over: what is under way ends, nothing new begins. */
  isClosing(): boolean;
}

/**
 * One request and its answer: the only writer of response heads and the only way from an error to an answer. It is also the
 * `Call` of its client. An answer leaves when its request has arrived whole; if too much is still to come, the answer says
 * `Connection: close`.
 */
export class Exchange implements Call, BodyOwner {
  readonly deadline = Number.POSITIVE_INFINITY;
  readonly strings = 1;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: RequestBody;
  readonly held: HeldBytes;
  readonly id: string;
  /** What the request asks for, once that is known. */
  target: Asked = { label: 'none', query: '', rest: '' };
  /** The answer, if the request is refused by its head. */
  refusal: unknown;
  /** The headers that tell the client what is left of its quota. */
  quota: Answer['headers'] = {};
  readonly #host: ExchangeHost;
  readonly startedMs: number;
  #atEnd: readonly AtEnd[] = NOTHING;
  #atAnswered: AtEnd | undefined;
  #left: LeaveController | undefined;
  #hasEnded = false;
  #stepsUnderWay = 0;
  #answeredMs: number | undefined;
  #mustClose = false;
  #isSent = false;

  constructor(request: IncomingMessage, response: ServerResponse, host: ExchangeHost) {
    this.request = request;
    this.response = response;
    this.id = harmlessId(request.headers['x-request-id']) ?? host.newId();
    this.#host = host;
    this.body = new RequestBody(request, host.giveWay);
    this.held = new HeldBytes(host.budget, request);
    this.startedMs = host.clock.now();
    // Node emits `error` on both when a connection breaks. Without a listener that would end the process.
    request.on('error', ignore);
    response.on('error', ignore);
    response.on('close', () => this.end());
  }

  /** Aborts when the client hangs up. Made on demand: an answer from memory needs none. */
  get signal(): LeaveSignal {
    if (this.#left === undefined) {
      this.#left = new LeaveController();
      if (this.#hasEnded || this.response.destroyed) this.#left.abort(hungUp());
    }
    return this.#left.signal;
  }

  /** Whether all of the request has arrived. */
  get isWhole(): boolean {
    return this.body.isWhole;
  }

  /** Whether the server has begun to close: what is under way ends, nothing new begins. */
  get isClosing(): boolean {
    return this.#host.isClosing();
  }

  /**
   * Holds the head of the request. If it has too many headers, or there is no room, drops them, because the refusal can have to
   * wait behind other answers. Returns whether the head is held.
   */
  hold({ isAhead, hasToWait }: { readonly isAhead: boolean; readonly hasToWait: boolean }): boolean {
    try {
      if (this.request.rawHeaders.length > MAX_HEADERS * 2) throw headersTooLarge();
      this.held.setHead(isAhead);
      if (hasToWait) this.holdUnread();
      return true;
    } catch (error) {
      this.refusal = error;
      const { origin, expect } = this.request.headers;
      Object.assign(this.request, { headers: { origin, expect }, rawHeaders: [] });
      this.held.dropHeaders();
      return false;
    }
  }

  /** Holds what Node reads of the body before anything asks for it. Throws `OVERLOADED` if there is no room. */
  holdUnread(): void {
    if (!this.isWhole)
      this.held.set(Math.min(this.body.announced || READ_AHEAD_BYTES, READ_AHEAD_BYTES), 'body');
  }

  /** Whether a part of the answer waits for the client to read it. */
  get isUnread(): boolean {
    return this.response.headersSent && this.response.writableLength > 0;
  }

  /** Since when the answer waits to be read. An answer in pieces counts only if much of it waits. */
  get unreadSinceMs(): number | undefined {
    if (!this.isUnread) return undefined;
    if (this.#answeredMs !== undefined) return this.#answeredMs;
    return this.response.writableLength > MUCH_UNREAD_BYTES ? this.startedMs : undefined;
  }

  /** Runs `run` when the answer has left or the client has hung up. */
  atEnd(run: AtEnd): void {
    // `push` would reserve room for sixteen.
    this.#atEnd = [...this.#atEnd, run];
  }

  /** Runs `run`, one at most, when the whole answer is written, whether it is read or not, or when the client has hung up. */
  atAnswered(run: AtEnd): void {
    this.#atAnswered = run;
  }

  /** Does a step of the work. What it returns, throws or rejects with becomes the answer. */
  run(step: () => Outcome): void {
    try {
      const outcome = step();
      if (outcome instanceof Promise) this.#await(outcome);
      else if (outcome !== undefined) this.answer(outcome);
    } catch (error) {
      this.fail(error);
    }
  }

  #await(outcome: Promise<Answer | undefined>): void {
    this.#stepsUnderWay++;
    outcome.then(
      (late) => {
        this.#stepsUnderWay--;
        this.run(() => late);
        this.#letGo();
      },
      (error) => {
        this.#stepsUnderWay--;
        this.fail(error);
        this.#letGo();
      },
    );
  }

  /** Does work on so many bytes, now or in a turn of its own. Throws or rejects if the client has left by then. */
  inTurn<Done>(bytes: number, work: () => Done | Promise<Done>): Done | Promise<Done> {
    return this.#host.workTurn(bytes, () => {
      if (this.#hasEnded || this.#isGone) throw hungUp();
      return work();
    });
  }

  /**
   * Reads the whole body and does a step with it. Throws `TOO_LARGE` before anything is read, if the length is announced. The
   * exchange fails with `TOO_LARGE`, with `OVERLOADED`, or with the error given to `breakBody`. Only a body that will be read
   * gets `100 Continue`.
   */
  readBody(maxBytes: number, use: UseBody): Outcome {
    const { body, request, response } = this;
    if (!body.exists) return use(Buffer.alloc(0));
    if (body.announced > maxBytes) throw tooLarge('body', maxBytes);
    if (request.headers.expect !== undefined && request.httpVersionMinor === 1) response.writeContinue();
    body.read(maxBytes, this, use);
    return undefined;
  }

  /** Closes the connection after the answer: what follows on it cannot be trusted or will not be read. */
  closeAfterAnswer(): void {
    this.#mustClose = true;
  }

  /** The rest of the body will never arrive: the error is the answer, unless there was one already. */
  breakBody(error: TuohsError): void {
    this.#mustClose = true;
    this.body.break(error);
  }

  answer(answer: Answer): void {
    if (this.#isGone) return;
    if (this.isWhole) this.#send(answer);
    else void this.#sendBesideBody(answer);
  }

  /** Begins an answer whose body is written piece by piece to the returned response. `endStream` ends it. */
  stream(headers: Answer['headers']): ServerResponse {
    this.#writeHead({ headers });
    return this.response;
  }

  endStream(): void {
    if (!this.#isGone) this.response.end();
    this.#answered();
  }

  /** Answers with the error table. Errors that are our fault or the upstream's are reported as an event. */
  fail(error: unknown): void {
    // The client is gone, so the error concerns no one.
    if (this.#hasEnded || this.#isGone) return;
    const problem = problemFor(error, this.id, this.request);
    if (problem.status >= 500) this.report(error);
    if (this.response.headersSent) return void this.response.destroy();
    this.answer(problem);
  }

  /** Reports an error under the id of this request. */
  report(error: unknown): void {
    this.#host.emit({ type: 'failed', requestId: this.id, code: knownError(error).code, error });
  }

  /**
   * Whether the connection is gone. Nothing must be written then: a request that Node parsed while its connection was closing
   * would finish before an earlier one, which ends the process with `ERR_INTERNAL_ASSERTION`.
   */
  get #isGone(): boolean {
    return this.response.destroyed || this.request.socket.destroyed;
  }

  #send(answer: Answer): void {
    const { body } = answer;
    const bytes = this.#begin(answer);
    // A client that has shut its sending side could be waiting or gone. Of two writes, the second one fails if it is gone.
    if (this.request.socket.readableEnded) this.response.flushHeaders();
    // For ASCII both encodings are the same, and `latin1` is copied without a check.
    this.response.end(body, bytes === body?.length ? 'latin1' : 'utf8');
  }

  /** Answers after a small rest of the body has arrived. If the rest is large, answers at once and closes the connection. */
  async #sendBesideBody(answer: Answer): Promise<void> {
    const { request, response } = this;
    const isAwaited = !this.#mustClose && request.headers.expect === undefined;
    const { clock } = this.#host;
    if (isAwaited && (await this.body.discard(SMALL_REST_BYTES, clock))) return this.#send(answer);
    this.#mustClose = true;
    this.#begin(answer);
    response.write(answer.body ?? '', () => {
      this.#isSent = true;
    });
    // A client that is still sending would lose the answer if the connection closed at once.
    if (!request.socket.readableEnded) await this.body.discard(FRIENDLY_REST_BYTES, clock);
    if (!this.#isGone) response.end();
  }

  /** Writes the head, and holds the body until it is read. Returns its bytes. */
  #begin(answer: Answer): number | undefined {
    const bytes = answer.body === undefined ? undefined : Buffer.byteLength(answer.body);
    this.#answeredMs = this.#host.clock.now();
    this.held.setAnswer(typeof answer.body === 'string' ? bytes : 0);
    this.#writeHead(answer, bytes);
    this.#answered();
    return bytes;
  }

  #answered(): void {
    this.#atAnswered?.(this);
    this.#atAnswered = undefined;
  }

  #writeHead({ status = 200, headers, vary, policy = NO_CONTENT }: Answer, bytes?: number): void {
    const { crossOrigin } = this.#host;
    let lines = `${STANDARD}${policy}\r\n${headerLines(headers)}x-request-id: ${this.id}\r\n${headerLines(this.quota)}`;
    if (bytes !== undefined) lines += `content-length: ${bytes}\r\n`;
    if (crossOrigin) lines += headerLines(crossOrigin.headersFor(this.request));
    const varies = crossOrigin ? ['Origin', vary].filter(Boolean).join(', ') : vary;
    if (varies) lines += `vary: ${varies}\r\n`;
    const isLast = this.#mustClose || this.#host.isDraining();
    this.#host.writeHead(this.response, { status, lines, hasLength: bytes !== undefined, isLast });
  }

  /** The answer has left, or the connection is gone. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#answered();
    this.#letGo();
    if (!this.isWhole) this.body.break(hungUp());
    const { response, id } = this;
    const isAnswered = (response.writableFinished && !this.request.socket.errored) || this.#isSent;
    if (!response.writableFinished) this.#left?.abort(hungUp());
    this.#host.emit({
      type: 'answered',
      method: methodLabel(this.request.method),
      // Not the path itself, because a caller can write anything there.
      route: this.target.label,
      status: isAnswered ? response.statusCode : CLIENT_CLOSED_REQUEST,
      durationMs: this.#host.clock.now() - this.startedMs,
      requestId: id,
    });
    for (const run of this.#atEnd) run(this);
  }

  /** Holds nothing any more, unless work goes on: that of a client that has left takes as much memory until it ends. */
  #letGo(): void {
    if (this.#hasEnded && this.#stepsUnderWay === 0) this.held.end();
  }
}

/** What runs at the end of an exchange. */
export type AtEnd = (exchange: Exchange) => void;

const NOTHING: readonly AtEnd[] = [];

/** What every answer begins with. */
const STANDARD = `${headerLines({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })}content-security-policy: `;

/** An answer that is no page loads nothing, runs nothing and is framed by nothing. */
const NO_CONTENT = "default-src 'none'; frame-ancestors 'none'";

const MUCH_UNREAD_BYTES = 65_536;

/** Node stops reading a body that nothing asks for after so many bytes. */
const READ_AHEAD_BYTES = 65_536;

/** The status in logs and metrics of a client that hung up before its answer was written. */
const CLIENT_CLOSED_REQUEST = 499;

/** The standard methods (RFC 9110 §9, RFC 5789). All others share one label, because each label makes a series. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']);

function methodLabel(method = ''): string {
  return METHODS.has(method) ? method : '_OTHER';
}

function hungUp(): TuohsError {
  return new TuohsError('UPSTREAM_TIMEOUT', 'the caller hung up');
}

function ignore(): void {}

/** The client's own id, if it can be copied into the answer, the logs and error bodies. */
function harmlessId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w-]{1,64}$/.test(header) ? header : undefined;
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { World } from '../core/events.ts';
import type { CrossOrigin } from './cross-origin.ts';
import type { HeldBytes } from './limits/held-bytes.ts';
import type { Answer } from './message.ts';
import { headerLines, SOCKETS, type WriteHead } from './node-http.ts';
import { type RequestBody, SMALL_REST_BYTES } from './request-body.ts';

/** What all replies of a server share. */
export interface ReplyHost extends Pick<World, 'clock'> {
  readonly crossOrigin: CrossOrigin | undefined;
  readonly writeHead: WriteHead;
  /** Once it has aborted, each answer closes its connection so that clients move to another process. */
  readonly draining: AbortSignal;
}

/** What a reply needs of its exchange. */
export interface Replied {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Pick<RequestBody, 'isWhole' | 'discard'>;
  readonly held: Pick<HeldBytes, 'askForAnswer' | 'setAnswer'>;
  readonly id: string;
}

/**
 * The one answer to a request, on its way to the client: the only writer of response heads. It leaves when the request
 * has arrived whole. If too much of the request is still to come, it leaves at once and says `Connection: close`.
 */
export class Reply {
  /** The header lines that tell the client what is left of its quota. */
  quotaLines = '';
  readonly #to: Replied;
  readonly #host: ReplyHost;
  #atWritten: (() => void) | undefined;
  #writtenMs: number | undefined;
  #mustClose = false;
  #exactBytes: number | undefined;
  #isSent = false;

  constructor(to: Replied, host: ReplyHost) {
    this.#to = to;
    this.#host = host;
  }

  /**
   * Whether the connection is gone, or ends after an earlier answer. Nothing must be written then: a request that Node parsed while
   * its connection was closing would finish before an earlier one, which ends the process with `ERR_INTERNAL_ASSERTION`.
   */
  get isGone(): boolean {
    const { socket } = this.#to.request;
    return this.#to.response.destroyed || socket.destroyed || socket.writableEnded;
  }

  /** Whether a part of the answer waits for the client to read it. */
  get isUnread(): boolean {
    return this.#to.response.writableLength > 0;
  }

  /** Since when the answer waits to be read. An answer in pieces waits since `begunMs`, and only if much of it is unread. */
  unreadSinceMs(begunMs: number): number | undefined {
    if (!this.isUnread) return undefined;
    if (this.#writtenMs !== undefined) return this.#writtenMs;
    return this.#to.response.writableLength >= SOCKETS.highWaterMark ? begunMs : undefined;
  }

  /** The status for logs and metrics: that of the answer if the system has taken all of it. */
  get status(): number {
    const { request, response } = this.#to;
    const isDelivered = (response.writableFinished && !request.socket.errored) || this.#isSent;
    return isDelivered ? response.statusCode : CLIENT_CLOSED_REQUEST;
  }

  /**
   * Runs `run` when the whole answer is written, whether it is read or not, or when the client has hung up. Keeps only the last
   * `run`.
   */
  atWritten(run: () => void): void {
    this.#atWritten = run;
  }

  /** Closes the connection after the answer. Call it if what the client sends next cannot be trusted, or will not be read. */
  closeAfter(): void {
    this.#mustClose = true;
  }

  /**
   * Closes the connection after the answer unless its client has sent exactly this many bytes by then. Node drops what follows a request
   * with `Upgrade` in the same packet, and would read the next packet as if a request began there.
   */
  closeUnlessAt(bytes: number): void {
    this.#exactBytes = bytes;
  }

  /** Sends the whole answer. Throws `OVERLOADED` if there is no room to hold the answer until it is read. Errors are always sent. */
  send(answer: Answer): void {
    if (this.isGone) return;
    const bytes = answer.body === undefined ? undefined : Buffer.byteLength(answer.body);
    // A file takes no memory of its own: all answers with it share one buffer.
    const heldBytes = typeof answer.body === 'string' ? bytes : 0;
    if ((answer.status ?? 200) < 400) this.#to.held.askForAnswer(heldBytes);
    // Making room can close this connection, if an earlier answer on it is not read.
    if (this.isGone) return;
    this.#to.held.setAnswer(heldBytes);
    if (this.#to.body.isWhole) this.#send(answer, bytes);
    else void this.#sendBesideBody(answer, bytes);
  }

  /** Begins an answer whose body is written piece by piece to the returned response. `endStream` ends it. */
  stream(headers: Answer['headers']): ServerResponse {
    this.#writeHead({ headers });
    return this.#to.response;
  }

  /** The last piece and the end leave in one packet if they fit. */
  endStream(lastPiece?: string): void {
    if (!this.isGone) this.#end(lastPiece, 'utf8');
    this.settle();
  }

  /** Nothing more will be written. */
  settle(): void {
    this.#atWritten?.();
    this.#atWritten = undefined;
  }

  #send(answer: Answer, bytes: number | undefined): void {
    const { body } = answer;
    this.#begin(answer, bytes);
    // For ASCII both encodings are the same, and `latin1` is copied without a check.
    this.#end(body, bytes === body?.length ? 'latin1' : 'utf8');
  }

  #end(body: Answer['body'], encoding: 'latin1' | 'utf8'): void {
    const { request, response } = this.#to;
    // A client that has closed its sending side can be waiting or gone. Two writes show which: if it is gone, the second one fails.
    if (request.socket.readableEnded) response.flushHeaders();
    response.end(body, encoding);
  }

  /** Waits for the rest of the body if it is small, then answers. If it is large, answers at once and closes the connection. */
  async #sendBesideBody(answer: Answer, bytes: number | undefined): Promise<void> {
    const { request, response, body } = this.#to;
    const { clock } = this.#host;
    const isAwaited = !this.#mustClose && request.headers.expect === undefined;
    if (isAwaited && (await body.discard(SMALL_REST_BYTES, clock))) return this.#send(answer, bytes);
    if (this.isGone) return;
    this.#mustClose = true;
    this.#begin(answer, bytes);
    response.write(answer.body ?? '', () => {
      this.#isSent = true;
    });
    // Without this, Node would not send the head of an answer without a body (HEAD or 304) until the answer ends. Before `write`, it would
    // send the head alone. A proxy written in Go then gives up the request, and drops the body if that comes a moment later (ADR 0027).
    response.flushHeaders();
    // A client that is still sending would lose the answer if the connection closed at once, and a proxy would say 502.
    if (!request.socket.readableEnded) await body.discard(Number.POSITIVE_INFINITY, clock);
    if (!this.isGone) response.end();
  }

  #begin(answer: Answer, bytes: number | undefined): void {
    this.#writtenMs = this.#host.clock.now();
    this.#writeHead(answer, bytes);
    this.settle();
  }

  #writeHead({ status = 200, headers, vary, policy }: Answer, bytes?: number): void {
    const { request, response, id } = this.#to;
    const { crossOrigin } = this.#host;
    const standard = policy === undefined ? NO_CONTENT : `${STANDARD}${policy}\r\n`;
    let lines = `${standard}${headerLines(headers)}x-request-id: ${id}\r\n${this.quotaLines}`;
    if (bytes !== undefined) lines += `content-length: ${bytes}\r\n`;
    if (crossOrigin) lines += headerLines(crossOrigin.headersFor(request));
    const varies = crossOrigin ? ['Origin', vary].filter(Boolean).join(', ') : vary;
    if (varies) lines += `vary: ${varies}\r\n`;
    const hasMore = this.#exactBytes !== undefined && request.socket.bytesRead !== this.#exactBytes;
    const isLast = this.#mustClose || hasMore || this.#host.draining.aborted;
    this.#host.writeHead(response, { status, lines, hasLength: bytes !== undefined, isLast });
  }
}

/** What every answer begins with. */
const STANDARD = `${headerLines({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })}content-security-policy: `;

/** An answer that is not a page must load nothing, run nothing and be in no frame. */
const NO_CONTENT = `${STANDARD}default-src 'none'; frame-ancestors 'none'\r\n`;

/** The status in logs and metrics of a client that hung up before its answer was written. */
const CLIENT_CLOSED_REQUEST = 499;

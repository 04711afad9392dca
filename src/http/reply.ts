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
  /** Once this has aborted, each answer closes its connection, so that clients move to another process. */
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
 * Sends the one answer to a request. Nothing else writes response heads. The answer waits until the whole request
 * has arrived. If too much of the request is still to come, the answer is sent at once, with `Connection: close`.
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
   * Whether the connection is gone, or closes after an earlier answer. Then nothing must be written: a response to a request that Node
   * parsed while the connection was closing would finish before an earlier response, which ends the process with `ERR_INTERNAL_ASSERTION`.
   */
  get isGone(): boolean {
    const { socket } = this.#to.request;
    return this.#to.response.destroyed || socket.destroyed || socket.writableEnded;
  }

  /** Whether a part of the answer waits for the client to read it. */
  get isUnread(): boolean {
    return this.#to.response.writableLength > 0;
  }

  /** When the answer began to wait for its client to read it. An answer in pieces counts from `begunMs`, if much of it is unread. */
  unreadSinceMs(begunMs: number): number | undefined {
    if (!this.isUnread) return undefined;
    if (this.#writtenMs !== undefined) return this.#writtenMs;
    return this.#to.response.writableLength >= SOCKETS.highWaterMark ? begunMs : undefined;
  }

  /** The status for logs and metrics: that of the answer, or 499 if the operating system did not take all of the answer. */
  get status(): number {
    const { request, response } = this.#to;
    const isDelivered = (response.writableFinished && !request.socket.errored) || this.#isSent;
    return isDelivered ? response.statusCode : CLIENT_CLOSED_REQUEST;
  }

  /**
   * Runs `run` when the whole answer is written, even if the client has not read it yet, or when the client
   * has hung up. A second call replaces `run`.
   */
  atWritten(run: () => void): void {
    this.#atWritten = run;
  }

  /** Closes the connection after the answer. Call this if what the client sends next cannot be trusted, or will not be read. */
  closeAfter(): void {
    this.#mustClose = true;
  }

  /**
   * Closes the connection after the answer if the client has sent any other number of bytes by then. If a request has
   * `Upgrade`, Node drops what follows it in the same packet, and would parse the next packet as the start of a request.
   */
  closeUnlessAt(bytes: number): void {
    this.#exactBytes = bytes;
  }

  /** Sends the whole answer. Throws `OVERLOADED` if there is no room to hold the answer until it is read. Errors are always sent. */
  send(answer: Answer): void {
    if (this.isGone) return;
    const bytes = answer.body === undefined ? undefined : Buffer.byteLength(answer.body);
    // A file takes no extra memory, because all answers with this file share one buffer.
    const heldBytes = typeof answer.body === 'string' ? bytes : 0;
    if ((answer.status ?? 200) < 400) this.#to.held.askForAnswer(heldBytes);
    // Making room can close this connection, if an earlier answer on it is not read.
    if (this.isGone) return;
    this.#to.held.setAnswer(heldBytes);
    if (this.#to.body.isWhole) this.#send(answer, bytes);
    else void this.#sendBesideBody(answer, bytes);
  }

  /** Begins an answer whose body is written in pieces to the returned response. Call `endStream` at its end. */
  stream(headers: Answer['headers']): ServerResponse {
    this.#writeHead({ headers });
    return this.#to.response;
  }

  /** Ends an answer that `stream` began. The last piece and the end are sent in one packet if they fit. */
  endStream(lastPiece?: string): void {
    if (!this.isGone) this.#end(lastPiece, 'utf8');
    this.settle();
  }

  /** Call this when nothing more will be written. */
  settle(): void {
    this.#atWritten?.();
    this.#atWritten = undefined;
  }

  #send(answer: Answer, bytes: number | undefined): void {
    const { body } = answer;
    this.#begin(answer, bytes);
    // If all characters are ASCII, both encodings give the same bytes, and `latin1` is copied without a check.
    this.#end(body, bytes === body?.length ? 'latin1' : 'utf8');
  }

  #end(body: Answer['body'], encoding: 'latin1' | 'utf8'): void {
    const { request, response } = this.#to;
    // A client that has closed its sending side can be gone. Only a second write shows that, so the head is written on its own first.
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
    // Without this call, Node would send the head of an answer without a body (HEAD or 304) only at its end. It has to follow `write`:
    // if the head left alone, a proxy written in Go would stop sending, and drop a body that comes a moment later (ADR 0027).
    response.flushHeaders();
    // If the connection closed at once, a client that is still sending would lose the answer, and a proxy would answer 502.
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

/** The start of every answer's headers. It ends with `content-security-policy: `, and the value is appended. */
const STANDARD = `${headerLines({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })}content-security-policy: `;

/** The policy of an answer that is not a page. A browser then loads nothing, runs nothing, and shows the answer in no frame. */
const NO_CONTENT = `${STANDARD}default-src 'none'; frame-ancestors 'none'\r\n`;

/** The status in logs and metrics of a client that hung up before its answer was written. */
const CLIENT_CLOSED_REQUEST = 499;

import type { IncomingMessage } from 'node:http';
import type { World } from '../../core/events.ts';
import { shed } from './admission.ts';

export type ByteBudget = ReturnType<typeof byteBudget>;

/**
 * How much of the budget each purpose can fill: bodies of one packet, other bodies, large bodies, texts that wait for the upstream,
 * bulks, and requests that are sent ahead. Each purpose leaves room for those listed before it. Bodies of one packet can exceed the
 * budget, so that short known texts get in.
 */
type Share = keyof typeof SHARES;

const SHARES = { small: 1.125, body: 1, large: 0.9375, waiting: 0.875, bulk: 0.75, ahead: 0.5 };

/**
 * The part of the budget that is freed at once. If less were freed, a flood would cause a search of all connections for each
 * piece.
 */
const FREED_AT_ONCE = 1 / 16;

/**
 * After a search that freed too little, the next one waits for this long. Otherwise a flood could cause a search for each request.
 */
const SEARCH_AGAIN_MS = 10;

/** One bound on the bytes that callers make the process hold: heads of requests, bodies, and answers that are not read yet. */
export function byteBudget(
  maxBytes: number,
  cutSlowest: (bytes: number, nowMs: number) => void,
  { clock, emit }: World,
) {
  let nextSearchMs = 0;
  const budget = {
    /** The bytes that are held now. */
    bytes: 0,
    /** Cuts off the slowest clients to make room, but not for requests that are sent ahead. Throws `OVERLOADED` if there is still no room. */
    makeRoom(more: number, share: Share): void {
      const missing = () => budget.bytes + more - maxBytes * SHARES[share];
      if (missing() <= 0) return;
      const nowMs = clock.now();
      if (share !== 'ahead' && nowMs >= nextSearchMs) {
        cutSlowest(Math.max(missing(), maxBytes * FREED_AT_ONCE), nowMs);
        if (missing() > 0) nextSearchMs = nowMs + SEARCH_AGAIN_MS;
      }
      if (missing() > 0) throw shed('bytes', emit);
    },
  };
  return budget;
}

/** A request is small if its body and its head are at most this long. It fits into a few packets. */
const SMALL_BYTES = 1400;
const SMALL_HEAD_BYTES = 12_288;

/** A body of more bytes than this is large. It is a quarter of the default of `MAX_BODY_BYTES`. */
const LARGE_BYTES = 65_536;

/** A head of more characters can take long to read: 16 KiB of parameters or escapes take up to a millisecond. */
const LONG_HEAD = 512;

/** What a request costs in addition to its head, body and answer: the objects that Node and we make for it. Measured: 3 KB. */
const REQUEST_BYTES = 4096;

/** What each name and each value of a header costs in addition to its bytes. Measured: 116 bytes for `h1: v1`. */
const HEADER_PART_BYTES = 56;

/** An answer is not refused if it takes at most this much more than its request. */
const MUCH_MORE_BYTES = 16_384;

/** How much of an answer in pieces can be unread: the lines of a turn, and what a socket buffers. */
const STREAM_BYTES = 40_960;

/** A text that is worked on exists three times: as it was sent, reversed, and in a request to the upstream. */
const COPIES = 3;

/**
 * The largest bodies, in bytes, that an idle service has room for. A text can take two bytes in memory for each byte that was sent,
 * and texts and bulks can each fill only a part of the budget.
 */
export function largestBodies(maxHeldBytes: number): { readonly text: number; readonly bulk: number } {
  return { text: Math.floor(maxHeldBytes / 10), bulk: Math.floor(maxHeldBytes / 5) };
}

/**
 * What is held for one exchange: the head of its request; and in addition the body, then the text while it waits, then the
 * answer until it is read.
 */
export class HeldBytes {
  readonly #budget: ByteBudget;
  #headLength: number;
  #headBytes: number;
  #bytes = 0;
  #unreadBytes = 0;
  #unreadShare: Share = 'body';
  #hasEnded = false;

  constructor(budget: ByteBudget, { url = '', rawHeaders }: Pick<IncomingMessage, 'url' | 'rawHeaders'>) {
    this.#budget = budget;
    let length = url.length;
    for (const part of rawHeaders) length += part.length;
    this.#headLength = length;
    this.#headBytes = REQUEST_BYTES + HEADER_PART_BYTES * rawHeaders.length + length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The characters of the request target, and of the names and values of the headers. */
  get headLength(): number {
    return this.#headLength;
  }

  /** The length of the head if reading it is much work, else 0. */
  get longHead(): number {
    return this.#headLength > LONG_HEAD ? this.#headLength : 0;
  }

  /** Holds the head. Throws as `set` does. */
  setHead(isAhead: boolean): void {
    if (!isAhead) return this.set(0, 'body');
    this.#unreadShare = 'ahead';
    this.#take(this.#headBytes, 'ahead');
  }

  /** Sets the bytes that are held in addition to the head. Throws `OVERLOADED` if the budget has no room. */
  set(bytes: number, share: Share): void {
    const isSmall = bytes <= SMALL_BYTES && this.#headBytes <= SMALL_HEAD_BYTES;
    const ofBody = bytes > LARGE_BYTES ? 'large' : 'body';
    this.#take(this.#headBytes + bytes, isSmall ? 'small' : share === 'body' ? ofBody : share);
  }

  /** Holds a text that is worked on. Throws as `set` does. */
  setCopies(textBytes: number): void {
    this.set(textBytes * COPIES, 'waiting');
  }

  /** Holds a body whose answer is written in pieces, and the part of that answer that is not read yet. Throws as `set` does. */
  setStream(bodyBytes: number): void {
    this.set(bodyBytes * COPIES + STREAM_BYTES, 'bulk');
  }

  /** Sets the bytes of a body that are held before a route asks for it, on top of what `set` holds. Throws as `set` does. */
  setUnread(bytes: number): void {
    this.#take(this.#bytes + bytes - this.#unreadBytes, this.#unreadShare);
    // Computed only now: making room can cut off this body, too, and then nothing of it is held any more.
    this.#headBytes += bytes - this.#unreadBytes;
    this.#unreadBytes = bytes;
  }

  /** The headers are dropped: what was held for them is not held any more. */
  dropHeaders(): void {
    this.#headBytes = REQUEST_BYTES + this.#unreadBytes;
    this.#headLength = 0;
  }

  /** Throws as `set` does if there is no room for an answer that is much larger than its request, as JSON can be. */
  askForAnswer(bytes = 0): void {
    const more = this.#headBytes + bytes - this.#bytes;
    if (more > MUCH_MORE_BYTES) this.#budget.makeRoom(more, 'body');
  }

  /** From now on, only an answer is held. It is held even if there is no room, because it has to stay until it is read. */
  setAnswer(bytes = 0): void {
    this.#hold(this.#headBytes + bytes - this.#bytes);
  }

  /** Gives all held bytes back. */
  release(): void {
    this.#hold(-this.#bytes);
  }

  /** Gives all held bytes back. From now on, nothing is held. */
  end(): void {
    this.release();
    this.#hasEnded = true;
  }

  #take(bytes: number, share: Share): void {
    if (this.#hasEnded) return;
    const more = bytes - this.#bytes;
    if (more > 0) this.#budget.makeRoom(more, share);
    // Adds `more` instead of setting `bytes`: if this exchange itself was cut off to make room, it holds nothing any more.
    this.#hold(more);
  }

  #hold(more: number): void {
    if (this.#hasEnded) return;
    this.#budget.bytes += more;
    this.#bytes += more;
  }
}

import type { IncomingMessage } from 'node:http';
import type { World } from '../../core/events.ts';
import { shed } from './admission.ts';

export type ByteBudget = ReturnType<typeof byteBudget>;

/**
 * The part of the budget up to which each kind of bytes is admitted. The kinds are small bodies, other
 * bodies, large bodies, texts that wait for the upstream, bulks, and requests that are sent ahead. Each kind
 * leaves room for the kinds before it. Small bodies can exceed the budget, so that short known texts get in.
 */
type Share = keyof typeof SHARES;

const SHARES = { small: 1.125, body: 1, large: 0.9375, waiting: 0.875, bulk: 0.75, ahead: 0.5 };

/**
 * Each search for slow clients tries to free this part of the budget. If it freed less, a flood would cause a
 * search of all connections for each piece of a body.
 */
const FREED_AT_ONCE = 1 / 16;

/**
 * After a search that freed too little, the next search waits for this long. Otherwise a flood could cause a search for each request.
 */
const SEARCH_AGAIN_MS = 10;

/** Limits the bytes that clients make the process hold: heads of requests, bodies, and answers that are not read yet. */
export function byteBudget(
  maxBytes: number,
  cutSlowest: (bytes: number, nowMs: number) => void,
  { clock, emit }: World,
) {
  let nextSearchMs = 0;
  const budget = {
    /** The bytes that are held now. */
    bytes: 0,
    /** Frees room by cutting off the slowest clients, but not for requests sent ahead. Throws `OVERLOADED` if there is still no room. */
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

/** A body of more bytes than this is large. The limit is a quarter of the default of `MAX_BODY_BYTES`. */
const LARGE_BYTES = 65_536;

/** Reading a longer head counts as work: 16 KiB of parameters or escapes take up to a millisecond. */
const LONG_HEAD = 512;

/** What a request costs in addition to its head, body and answer: the objects that Node and we make for it. Measured: 3 KB. */
const REQUEST_BYTES = 4096;

/** What each name and each value of a header costs in addition to its bytes. Measured: 116 bytes for `h1: v1`. */
const HEADER_PART_BYTES = 56;

/** An answer is not refused if it takes at most this much more memory than its request. */
const MUCH_MORE_BYTES = 16_384;

/** The part of a bulk answer that can be unread, in bytes: the lines of a turn, and what a socket buffers. */
const STREAM_BYTES = 40_960;

/** A text that is worked on exists three times: as it was sent, reversed, and in a request to the upstream. */
const COPIES = 3;

/**
 * The largest bodies, in bytes, that an idle service has room for. A text can take two bytes in memory for
 * each byte that was sent, and waiting texts and bulks can each fill only a part of the budget.
 */
export function largestBodies(maxHeldBytes: number): { readonly text: number; readonly bulk: number } {
  return { text: Math.floor(maxHeldBytes / 10), bulk: Math.floor(maxHeldBytes / 5) };
}

/**
 * The bytes that are held for one exchange: first the head of its request and the body, then the head and the
 * copies of the text that waits, then the head and the answer until the client has read it.
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

  /** The length of the head if it is longer than `LONG_HEAD`, because reading it then takes noticeable time; else 0. */
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

  /** Holds the copies of a body whose answer is written in pieces, and `STREAM_BYTES` for unread pieces. Throws as `set` does. */
  setStream(bodyBytes: number): void {
    this.set(bodyBytes * COPIES + STREAM_BYTES, 'bulk');
  }

  /** Sets the bytes of a body that are held before a route reads the body, in addition to what `set` holds. Throws as `set` does. */
  setUnread(bytes: number): void {
    this.#take(this.#bytes + bytes - this.#unreadBytes, this.#unreadShare);
    // `#unreadBytes` is read again here, because making room can also cut off this body, which sets it to 0.
    this.#headBytes += bytes - this.#unreadBytes;
    this.#unreadBytes = bytes;
  }

  /** Call this when the headers are dropped. From now on, they do not count. */
  dropHeaders(): void {
    this.#headBytes = REQUEST_BYTES + this.#unreadBytes;
    this.#headLength = 0;
  }

  /** Makes room for an answer that is much larger than its request; a JSON answer can be. Throws `OVERLOADED` if there is no room. */
  askForAnswer(bytes = 0): void {
    const more = this.#headBytes + bytes - this.#bytes;
    if (more > MUCH_MORE_BYTES) this.#budget.makeRoom(more, 'body');
  }

  /** Holds only the head and the answer from now on, even if there is no room: an answer has to stay in memory until it is read. */
  setAnswer(bytes = 0): void {
    this.#hold(this.#headBytes + bytes - this.#bytes);
  }

  /** Gives all held bytes back. */
  release(): void {
    this.#hold(-this.#bytes);
  }

  /** Gives all held bytes back. After that, nothing more is held. */
  end(): void {
    this.release();
    this.#hasEnded = true;
  }

  #take(bytes: number, share: Share): void {
    if (this.#hasEnded) return;
    const more = bytes - this.#bytes;
    if (more > 0) this.#budget.makeRoom(more, share);
    // Adds `more` instead of setting `bytes`, because `makeRoom` can cut off this exchange itself, which releases all bytes that it held.
    this.#hold(more);
  }

  #hold(more: number): void {
    if (this.#hasEnded) return;
    this.#budget.bytes += more;
    this.#bytes += more;
  }
}

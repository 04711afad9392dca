import { IncomingMessage } from '../node-http.ts';

/** Takes the bytes of a body as they arrive. */
export interface InlineSink {
  /** Returns whether it wants more. */
  take(chunk: Buffer): boolean;
  arrived(): void;
}

/**
 * A request whose body can be taken as it arrives, without the ticks and events of a stream, which cost more than all that is
 * done with a short text (ADR 0028). Until somebody takes it, it is a stream like any other.
 */
export class InlineBodyRequest extends IncomingMessage {
  #sink: InlineSink | undefined;
  #hasBegun = false;
  #endsParsing = false;

  /** Node sets it for each head, and parses on behind one for which it is false: not on a connection that is gone. */
  get upgrade(): boolean {
    return this.#endsParsing;
  }

  set upgrade(isUpgrade: boolean | null) {
    // Before this class has its fields, Node sets it to `null`.
    if (isUpgrade !== null) this.#endsParsing = isUpgrade || this.socket.destroyed;
  }

  /** The body goes to `sink` from now on; returns false if a part of it has already gone to the stream. */
  divert(sink: InlineSink): boolean {
    if (this.#sink) this.socket.resume();
    else if (this.#hasBegun) return false;
    // Marks the body as wanted; otherwise Node would throw it away.
    else this.read(0);
    this.#sink = sink;
    return true;
  }

  /** Node calls it for each piece of the body, and with `null` at its end; if it returns false, Node stops to read. */
  override push(chunk: Buffer | null): boolean {
    this.#hasBegun = true;
    if (this.#sink === undefined) return super.push(chunk);
    if (chunk !== null) return this.#sink.take(chunk);
    this.#sink.arrived();
    return true;
  }
}

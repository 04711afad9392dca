import { IncomingMessage } from '../node-http.ts';

/** Takes the bytes of a body as they arrive. */
export interface BodySink {
  take(chunk: Buffer): void;
  arrived(): void;
}

/**
 * A request whose body can be taken as it arrives, without the ticks and events of a stream, which cost more than all that is
 * done with a short text (ADR 0028). Until somebody takes it, it is a stream like any other.
 */
export class InlineBodyRequest extends IncomingMessage {
  #sink: BodySink | undefined;
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

  /** Whether the body goes to `sink` from now on; not if a part of it has already arrived. */
  divert(sink: BodySink): boolean {
    if (this.#hasBegun) return false;
    this.#sink = sink;
    // Marks the body as wanted; otherwise Node would throw it away.
    this.read(0);
    return true;
  }

  /** Makes it a stream again for what is still to come. */
  undivert(): void {
    this.#sink = undefined;
  }

  /** Node calls it for each piece of the body, and with `null` at its end. */
  override push(chunk: Buffer | null): boolean {
    this.#hasBegun = true;
    if (this.#sink === undefined) return super.push(chunk);
    if (chunk === null) this.#sink.arrived();
    else this.#sink.take(chunk);
    return true;
  }
}

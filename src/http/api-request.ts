import { IncomingMessage } from 'node:http';

/** Takes the bytes of a body as they arrive. */
export interface BodySink {
  take(chunk: Buffer): void;
  end(): void;
}

/**
 * A request whose body can be had at once, past the machinery of a stream: its ticks and events cost more than all that
 * is done with a short text.
 */
export class ApiRequest extends IncomingMessage {
  #sink: BodySink | undefined;
  #hasBegun = false;

  /** Whether the body goes to `sink` from now on. Not where some of it has arrived: that is read as a stream. */
  divert(sink: BodySink): boolean {
    if (this.#hasBegun) return false;
    this.#sink = sink;
    // Somebody reads, or Node would throw the body away.
    this.read(0);
    return true;
  }

  /** Makes it a stream again, for what is still to come. */
  undivert(): void {
    this.#sink = undefined;
  }

  /** Node calls it for each piece of the body, and with `null` at its end. */
  override push(chunk: Buffer | null): boolean {
    this.#hasBegun = true;
    if (this.#sink === undefined) return super.push(chunk);
    if (chunk === null) this.#sink.end();
    else this.#sink.take(chunk);
    return true;
  }
}

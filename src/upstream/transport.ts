/** What sends one attempt to SHOUTCLOUD. The simulation has one without a network. */
export interface Transport {
  /** Resolves with the head of the response; the body follows. Rejects, and so does the body, when the signal aborts. */
  send(attempt: AttemptRequest): Promise<AttemptResponse>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

export interface AttemptRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

export interface AttemptResponse {
  readonly statusCode: number;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Leaving it before its end destroys the connection. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the connection, even if the body has been read to its end: the next attempt makes a new one. */
  closeConnection(): void;
}

import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';
import type { Lookup } from '../core/shared-lookup.ts';

/** Connects as ioredis does, but looks up the name of the host with `lookup`. ioredis has no option for that. */
export function connectorWith(lookup: Lookup): new (options: unknown) => AbstractConnector {
  return class extends AbstractConnector {
    readonly #options: RedisOptions;

    constructor(options: unknown) {
      const { disconnectTimeout = 0, ...others } = options as RedisOptions;
      super(disconnectTimeout);
      this.#options = others;
    }

    async connect() {
      const { host, port = 6379, tls } = this.#options;
      const address = { ...(host !== undefined && { host }), port, lookup };
      this.stream = tls ? connectTls({ ...address, ...tls }) : connect(address);
      this.stream.once('error', (error) => {
        this.firstError = error;
      });
      return this.stream;
    }
  };
}

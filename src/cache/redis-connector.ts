import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';
import type { Lookup } from '../core/shared-lookup.ts';

/** Options in which ioredis has filled in its defaults. */
type Options = RedisOptions & { disconnectTimeout: number; host: string; port: number };

/** Connects as ioredis does, but looks up the name of the host with `lookup`. ioredis has no option for that. */
export function connectorWith(lookup: Lookup): new (options: unknown) => AbstractConnector {
  return class extends AbstractConnector {
    readonly #options: Options;

    constructor(options: unknown) {
      const filledIn = options as Options;
      super(filledIn.disconnectTimeout);
      this.#options = filledIn;
    }

    async connect() {
      const { host, port, tls } = this.#options;
      const address = { host, port, lookup };
      this.stream = tls ? connectTls({ ...address, ...tls }) : connect(address);
      this.stream.once('error', (error) => {
        this.firstError = error;
      });
      return this.stream;
    }
  };
}

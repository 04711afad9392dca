import { setTimeout as sleep } from 'node:timers/promises';
import type { Env } from '../../tools/gateway.ts';
import { askAndDrop, besiege, type SiegePlan } from '../../tools/siege.ts';

/** The service that is attacked. */
export interface Target {
  readonly port: number;
  readonly adminPort: number;
}

/** Something that hostile clients do, from a process of their own. */
export interface Attack {
  readonly name: string;
  /** How many connections it holds at once. Honest clients are expected to get fast answers only up to 2,000. */
  readonly connections: number;
  /** Settings that the attack needs to have an effect. */
  readonly env?: Env;
  /** Whether SHOUTCLOUD stops answering after the known strings were learned. */
  readonly upstreamHangs?: boolean;
  /** Runs until its process is killed, which ends all its connections at once. */
  begin(target: Target): unknown;
}

/** An attack of this many connections at once, each of which does this when it is open. */
export function crowd(
  name: string,
  connections: number,
  act: SiegePlan['act'],
  reads: SiegePlan['reads'] = 'all',
): Attack {
  const begin = ({ port }: Target) => besiege({ port, size: connections, act, reads });
  return { name, connections, begin };
}

export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';
export const NDJSON_TYPE = 'application/x-ndjson';
export const CHUNKED = 'transfer-encoding: chunked';

/** The head of a POST. Its last line is the header that frames the body. */
export function headOf(path: string, type: string, framing: string): string {
  return `POST ${path} HTTP/1.1\r\nhost: lab\r\ncontent-type: ${type}\r\n${framing}\r\n\r\n`;
}

export function post(path: string, type: string, body: string): string {
  return headOf(path, type, `content-length: ${Buffer.byteLength(body)}`) + body;
}

export function get(path: string, ...headers: readonly string[]): string {
  return `${[`GET ${path} HTTP/1.1`, 'host: lab', ...headers].join('\r\n')}\r\n\r\n`;
}

export function chunkOf(bytes: string): string {
  return `${bytes.length.toString(16)}\r\n${bytes}\r\n`;
}

/** A POST whose body has this many chunks of one byte, and no end. */
export function inChunksOfOneByte(chunks: number): string {
  return headOf('/v1', JSON_TYPE, CHUNKED) + '1\r\n \r\n'.repeat(chunks);
}

/** Repeats the text as often as it fits into this many bytes. */
export function filled(piece: string, bytes: number): string {
  return piece.repeat(Math.floor(bytes / Buffer.byteLength(piece)));
}

/**
 * An attack of this many clients. Each sends a request, waits for the end of the answer, pauses, and goes on with the next one. The
 * requests are made when the attack begins.
 */
export function asking(
  name: string,
  { clients, pauseMs }: { readonly clients: number; readonly pauseMs: number },
  requests: () => readonly string[],
): Attack {
  return {
    name,
    connections: clients,
    begin({ port }) {
      const made = requests();
      for (let index = 0; index < clients; index++) void ask(port, made, index);
    },
  };

  async function ask(port: number, made: readonly string[], first: number): Promise<never> {
    for (let turn = first; ; turn++) {
      await askAndDrop(port, made[turn % made.length] ?? '');
      await sleep(pauseMs);
    }
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { askAndDrop } from '../../tools/ask-and-drop.ts';
import type { Env } from '../../tools/gateway.ts';

/** What is attacked. */
export interface Target {
  readonly port: number;
  readonly adminPort: number;
}

/** What callers who mean no good do, in a process of their own. */
export interface Attack {
  readonly name: string;
  /** How many it holds at once. Only beside at most 2,000 do honest callers get their answers fast. */
  readonly connections: number;
  /** Settings without which it is no attack. */
  readonly env?: Env;
  /** SHOUTCLOUD stops answering once the known strings are known. */
  readonly upstreamHangs?: boolean;
  /** Goes on until its process is killed: then all its connections vanish together. */
  begin(target: Target): unknown;
}

export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';
export const NDJSON_TYPE = 'application/x-ndjson';
export const CHUNKED = 'transfer-encoding: chunked';

/** The head of a POST, whose last line says how its body is framed. */
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

/** A POST whose body has so many chunks of one byte, and no end. */
export function inChunksOfOneByte(chunks: number): string {
  return headOf('/v1', JSON_TYPE, CHUNKED) + '1\r\n \r\n'.repeat(chunks);
}

/** The letter or sequence, as often as it fits into this many bytes. */
export function filled(piece: string, bytes: number): string {
  return piece.repeat(Math.floor(bytes / Buffer.byteLength(piece)));
}

export interface AskingPlan {
  readonly port: number;
  readonly callers: number;
  readonly pauseMs: number;
  /** In turn. */
  readonly requests: readonly string[];
}

/** So many callers: each asks, awaits the end of its answer, pauses and asks again. */
export function askCeaselessly({ port, callers, pauseMs, requests }: AskingPlan): void {
  for (let index = 0; index < callers; index++) void ask(index);

  async function ask(first: number): Promise<never> {
    for (let turn = first; ; turn++) {
      await askAndDrop(port, requests[turn % requests.length] ?? '');
      await sleep(pauseMs);
    }
  }
}

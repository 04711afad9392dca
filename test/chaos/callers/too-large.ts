import type { Socket } from 'node:net';
import { type Crowd, drip, gatherCrowd } from '../tools/crowd.ts';
import { honest } from '../tools/replies.ts';
import { allHold, atMost, exactly, type Row } from '../tools/row.ts';
import { until } from '../tools/until.ts';
import { besideOrdinaryCallers } from './ordinary-callers.ts';

const MEBIBYTE = 2 ** 20;
const HEAD = 'POST /v1 HTTP/1.1\r\nhost: lab\r\ncontent-type: application/json\r\n';
const BULK = 'POST /v1/bulk HTTP/1.1\r\nhost: lab\r\ncontent-type: application/x-ndjson\r\n';

// So that the slowest of them, a byte a chunk, gets to the limit within seconds.
const SMALL_BODIES = { MAX_BODY_BYTES: '32768' };
const CLOSED_WITHIN_MS = 12_000;

/** Requests that are larger than anything worth reading, and the status that each gets unless it is cut off. */
const TOO_LARGE: Readonly<Record<string, { status: number; send: (socket: Socket) => unknown }>> = {
  '10 GiB announced': {
    status: 413,
    send: (socket) => {
      socket.write(`${HEAD}content-length: ${10 * 2 ** 30}\r\n\r\n`);
      pour(socket, ' '.repeat(65_536));
    },
  },
  'endless chunks': {
    status: 413,
    send: (socket) => {
      socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
      pour(socket, chunkOf(' '.repeat(65_536)));
    },
  },
  'endless tiny chunks': {
    status: 413,
    send: (socket) => {
      socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
      pour(socket, '1;extension=of-a-chunk\r\n \r\n'.repeat(1_000));
    },
  },
  '17 KiB of headers': {
    status: 431,
    send: (socket) => socket.write(`${HEAD}x-a: ${'a'.repeat(17_408)}\r\n\r\n`),
  },
  '3,000 headers': {
    status: 431,
    send: (socket) => socket.write(`${HEAD}${'x-many: 1\r\n'.repeat(3_000)}\r\n`),
  },
  'a target of 20 KiB': {
    status: 431,
    send: (socket) => socket.write(`GET /v1?data=${'a'.repeat(20_480)} HTTP/1.1\r\nhost: lab\r\n\r\n`),
  },
  'a bulk line without end': {
    status: 413,
    send: (socket) => {
      socket.write(`${BULK}transfer-encoding: chunked\r\n\r\n`);
      pour(socket, chunkOf('a'.repeat(65_536)));
    },
  },
};

export const tooLarge: Row = {
  name: '10 GiB announced, endless chunks, 17 KiB of headers, 3,000 headers',
  group: 'callers',
  isShort: false,
  isAlone: true,
  async run(lab) {
    const upstream = await lab.peer(honest(20));
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url, ...SMALL_BODIES });
    const attacks = Object.entries(TOO_LARGE);
    const size = attacks.length * 10;
    const attack = () =>
      gatherCrowd({
        port: gateway.port,
        size,
        reads: true,
        act: (socket, index) => attacks[index % attacks.length]?.[1].send(socket),
      });
    // The heap grows with the first of any traffic; what counts is how much more the second takes.
    const first = await attack();
    await until(() => first.stoodMs.length === size, CLOSED_WITHIN_MS);
    first.close();

    const { found, figures } = await besideOrdinaryCallers(lab, gateway, async () => {
      const rssBefore = gateway.rssBytes();
      const crowd = await attack();
      let most = rssBefore;
      await until(() => {
        most = Math.max(most, gateway.rssBytes());
        return crowd.stoodMs.length === size;
      }, CLOSED_WITHIN_MS);
      crowd.close();
      return [
        exactly('connections closed', crowd.stoodMs.length, size),
        allHold('refused as the table says', unexpected(crowd, attacks), size),
        atMost('memory, MiB', (most - rssBefore) / MEBIBYTE, 64),
      ];
    });

    return [...found, ...figures];
  },
};

/** A connection that was reset before its refusal could be read counts as refused: status 0. */
function unexpected(
  crowd: Crowd,
  attacks: readonly (readonly [string, { readonly status: number }])[],
): string[] {
  return crowd.received.flatMap((text, index) => {
    const [name, { status }] = attacks[index % attacks.length] ?? ['', { status: 0 }];
    const seen = Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1] ?? 0);
    return seen === status || seen === 0 ? [] : [`${name}: ${seen}`];
  });
}

/** Goes on for ever, though not faster than a megabyte a second. */
function pour(socket: Socket, bytes: string): void {
  drip(socket, 60, () => (socket.writableLength > MEBIBYTE ? '' : bytes));
}

function chunkOf(bytes: string): string {
  return `${bytes.length.toString(16)}\r\n${bytes}\r\n`;
}

import { isUtf8 } from 'node:buffer';
import { createReadStream, fstatSync, open, type Stats } from 'node:fs';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

/** The texts, and their source. */
export interface ShoutInput {
  /** What messages call one text. */
  readonly noun: 'line' | 'text';
  /** The lines in groups, as they arrive. */
  readonly lines: AsyncIterable<readonly Line[]> | Iterable<readonly Line[]>;
  /** The file that the texts come from, if there is one. */
  readonly file: Stats | undefined;
  /** Whether a person types the texts. */
  readonly isTerminal: boolean;
}

/** A line of input. */
export interface Line {
  /** What is shouted: the line without its line break. Empty if there is a `fault`. */
  readonly text: string;
  /** The line as it came, without its line feed; `undefined` if it was too long to keep. */
  readonly raw: Buffer | undefined;
  readonly bytes: number;
  /** The reason, if the line cannot be sent. */
  readonly fault?: string;
}

/** Each argument is one text. */
export function argumentsInput(texts: readonly string[]): ShoutInput {
  const lines = texts.map((text) => ({ text, raw: Buffer.from(text), bytes: text.length }));
  return { noun: 'text', lines: [lines], file: undefined, isTerminal: false };
}

/** Opens a file on another thread, so that a signal can end the process while a named pipe waits for its other end. */
export const openFile = promisify(open);

/** Each line of a file is one text. Rejects if the file cannot be read. */
export async function fileInput(path: string): Promise<ShoutInput> {
  const fd = await openFile(path, 'r');
  const stats = fstatSync(fd);
  if (stats.isDirectory()) throw new Error(`EISDIR: it is a folder, '${path}'`);
  const lines = linesOf(createReadStream(path, { fd }));
  return { noun: 'line', lines, file: fileOf(stats), isTerminal: false };
}

/** Each line of standard input is one text. */
export function standardInput(stdin: Readable): ShoutInput {
  const isTerminal = 'isTTY' in stdin && stdin.isTTY === true;
  const file = 'fd' in stdin && typeof stdin.fd === 'number' ? fileOf(fstatSync(stdin.fd)) : undefined;
  return { noun: 'line', lines: linesOf(stdin), file, isTerminal };
}

function fileOf(stats: Stats): Stats | undefined {
  return stats.isFile() ? stats : undefined;
}

/** The highest possible MAX_BODY_BYTES. A longer line is not kept, because a file without line breaks would fill the memory. */
const MAX_LINE_BYTES = 16_777_216;

const LF = 0x0a;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/**
 * Splits bytes into lines, and yields the lines of each chunk together. A line ends with LF or CRLF. The last line needs no
 * line break. A byte order mark at the start is not part of the first line. Throws an error for input in UTF-16.
 */
export async function* linesOf(
  chunks: AsyncIterable<Buffer>,
  maxLineBytes = MAX_LINE_BYTES,
): AsyncGenerator<readonly Line[], void, undefined> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let parse = firstLine;
  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      keep(chunk.subarray(start, end));
      lines.push(ended());
      start = end + 1;
    }
    keep(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (restBytes > 0) yield [ended()];

  function keep(part: Buffer): void {
    restBytes += part.length;
    if (restBytes > maxLineBytes) rest = [];
    else rest.push(part);
  }

  function ended(): Line {
    const [part = Buffer.of()] = rest;
    const raw = rest.length > 1 ? Buffer.concat(rest) : part;
    const line = restBytes > maxLineBytes ? tooLong(restBytes) : parse(raw);
    parse = lineOf;
    rest = [];
    restBytes = 0;
    return line;
  }
}

function firstLine(raw: Buffer): Line {
  if (isUtf16(raw)) {
    throw new Error('the input is UTF-16; convert it first: iconv --from-code UTF-16 --to-code UTF-8');
  }
  const hasMark = raw.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  return hasMark ? { ...lineOf(raw.subarray(BYTE_ORDER_MARK.length)), bytes: raw.length + 1 } : lineOf(raw);
}

/** Whether the bytes look like UTF-16: they begin with its byte order mark, or with a 0 in every other byte. */
function isUtf16(raw: Buffer): boolean {
  const start = raw.subarray(0, 4).toString('latin1');
  return /^(\xff\xfe|\xfe\xff|\0[^\0]\0(?!\0)|[^\0]\0[^\0]\0)/.test(start);
}

function lineOf(raw: Buffer): Line {
  const bytes = raw.length + 1;
  if (!isUtf8(raw)) return { text: '', raw, bytes, fault: 'the line is not valid UTF-8' };
  const text = raw.toString();
  return { text: text.endsWith('\r') ? text.slice(0, -1) : text, raw, bytes };
}

function tooLong(bytes: number): Line {
  const fault = `the line has ${bytes} bytes, too many to send or to keep`;
  return { text: '', raw: undefined, bytes: bytes + 1, fault };
}

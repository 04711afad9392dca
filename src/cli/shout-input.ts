import { isUtf8 } from 'node:buffer';
import { createReadStream, fstatSync, openSync, type Stats } from 'node:fs';

/** The texts, and their source. */
export interface ShoutInput {
  /** What one text is called in messages. */
  readonly noun: 'line' | 'text';
  /** As they come, many at a time. */
  readonly lines: AsyncIterable<readonly Line[]> | Iterable<readonly Line[]>;
  /** The file that the texts come from, if there is one. */
  readonly file: Stats | undefined;
  /** Whether a person types the texts. */
  readonly isTerminal: boolean;
}

/** Each argument is one text. */
export function argumentsInput(texts: readonly string[]): ShoutInput {
  const lines = [texts.map((text) => ({ text, lineBreak: '\n', bytes: Buffer.byteLength(text) }) as const)];
  return { noun: 'text', lines, file: undefined, isTerminal: false };
}

/** Each line of a file is one text. Throws if it cannot be read. */
export function fileInput(path: string): ShoutInput {
  const fd = openSync(path, 'r');
  const stats = fstatSync(fd);
  if (stats.isDirectory()) throw new Error(`EISDIR: it is a folder, '${path}'`);
  const lines = linesOf(createReadStream(path, { fd }));
  return { noun: 'line', lines, file: fileOf(stats), isTerminal: false };
}

/** Each line of standard input is one text. */
export function standardInput(stdin: NodeJS.ReadableStream): ShoutInput {
  const isTerminal = 'isTTY' in stdin && stdin.isTTY === true;
  const file = 'fd' in stdin && typeof stdin.fd === 'number' ? fileOf(fstatSync(stdin.fd)) : undefined;
  return { noun: 'line', lines: linesOf(stdin), file, isTerminal };
}

function fileOf(stats: Stats): Stats | undefined {
  return stats.isFile() ? stats : undefined;
}

/** A line of input. */
export interface Line {
  /** What is shouted: the line without its line break. Empty if there is a `fault`. */
  readonly text: string;
  readonly lineBreak: '\n' | '\r\n';
  readonly bytes: number;
  /** Why it cannot be sent, and its bytes, unless they are too many to keep. */
  readonly fault?: { readonly reason: string; readonly raw: Buffer | undefined };
}

/** The line as it came; a last line without a line break gets one. `undefined` if it was too long to keep. */
export function asItCame({ text, lineBreak, fault }: Line): Buffer | string | undefined {
  if (!fault) return text + lineBreak;
  return fault.raw && Buffer.concat([fault.raw, Buffer.from('\n')]);
}

/** The most that a service can be set to accept. A longer line, or a file without lines, must not fill the memory. */
const MAX_LINE_BYTES = 16_777_216;

const LF = 0x0a;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/**
 * Splits bytes into lines, as many at a time as have arrived. A line ends with LF or CRLF; the last one needs neither. A
 * byte order mark at the start is not part of the first line. Throws a sentence for input in UTF-16.
 */
export async function* linesOf(
  chunks: AsyncIterable<Buffer | string>,
  maxLineBytes = MAX_LINE_BYTES,
): AsyncGenerator<readonly Line[], void, undefined> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let parse = parsedFirst;
  for await (const piece of chunks) {
    const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece;
    const first = chunk.indexOf(LF);
    if (first === -1) {
      keep(chunk);
      continue;
    }
    const last = chunk.lastIndexOf(LF);
    keep(chunk.subarray(0, first));
    const lines = [ended(), ...completeLines(chunk.subarray(first + 1, last + 1))];
    keep(chunk.subarray(last + 1));
    yield lines;
  }
  if (restBytes > 0) yield [ended()];

  function keep(part: Buffer): void {
    restBytes += part.length;
    if (restBytes > maxLineBytes) rest = [];
    else rest.push(part);
  }

  function ended(): Line {
    const line = restBytes > maxLineBytes ? tooLong(restBytes) : parse(Buffer.concat(rest));
    parse = parsed;
    rest = [];
    restBytes = 0;
    return line;
  }
}

/** The lines in a block that ends with a line break or is empty. One check is enough for a block that is valid UTF-8. */
function completeLines(block: Buffer): Line[] {
  if (isUtf8(block)) return block.toString().split('\n').slice(0, -1).map(withoutCarriageReturn);
  const lines: Line[] = [];
  for (let start = 0, end = block.indexOf(LF); end !== -1; start = end + 1, end = block.indexOf(LF, start)) {
    lines.push(parsed(block.subarray(start, end)));
  }
  return lines;
}

function parsedFirst(raw: Buffer): Line {
  if (isUtf16(raw)) {
    throw new Error('the input is UTF-16; convert it first: iconv --from-code UTF-16 --to-code UTF-8');
  }
  const start = raw.subarray(0, BYTE_ORDER_MARK.length);
  if (!start.equals(BYTE_ORDER_MARK)) return parsed(raw);
  const line = parsed(raw.subarray(start.length));
  return { ...line, bytes: line.bytes + start.length };
}

/** Looks for a byte order mark, or a 0 in every other byte at the start, as most texts without a mark have it. */
function isUtf16(raw: Buffer): boolean {
  const start = raw.subarray(0, 4).toString('latin1');
  return /^(\xff\xfe|\xfe\xff|\0[^\0]\0(?!\0)|[^\0]\0[^\0]\0)/.test(start);
}

function parsed(raw: Buffer): Line {
  if (isUtf8(raw)) return withoutCarriageReturn(raw.toString());
  const fault = { reason: 'the line is not valid UTF-8', raw: Buffer.from(raw) };
  return { text: '', lineBreak: '\n', bytes: raw.length + 1, fault };
}

function withoutCarriageReturn(text: string): Line {
  const bytes = Buffer.byteLength(text) + 1;
  return text.endsWith('\r')
    ? { text: text.slice(0, -1), lineBreak: '\r\n', bytes }
    : { text, lineBreak: '\n', bytes };
}

function tooLong(bytes: number): Line {
  const reason = `the line has ${bytes} bytes, too many to send or to keep`;
  return { text: '', lineBreak: '\n', bytes: bytes + 1, fault: { reason, raw: undefined } };
}

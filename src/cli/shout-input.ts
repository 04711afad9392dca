import { createReadStream, fstatSync, openSync, type Stats } from 'node:fs';
import { type Line, lineOf, linesOf } from './lines.ts';

/** Where the texts come from. */
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
  return { noun: 'text', lines: [texts.map(lineOf)], file: undefined, isTerminal: false };
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

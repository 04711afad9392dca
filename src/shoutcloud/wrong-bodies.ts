import { encodeAnswer, goUpperCase } from './go-behaviour.ts';

/** The parts of an answer with status 200. */
export interface Shouted {
  input: string;
  output: string;
  /** The INPUT of the previous request. */
  previous: string;
}

export interface WrongBody {
  readonly about: string;
  readonly write: (shouted: Shouted) => string | Buffer;
  /** `APPLICATION/JSON` by default. */
  readonly contentType?: string;
}

/** Complete answers with status 200. Some are right and only look odd. */
export const wrongBodies: Readonly<Record<string, WrongBody>> = {
  wrong: answer('OUTPUT with another first character', ({ input, output }) => [input, changed(output)]),
  longer: answer('OUTPUT with one more character at its end', ({ input, output }) => [input, `${output}!`]),
  shorter: answer('OUTPUT without its first character', ({ input, output }) => [input, withoutStart(output)]),
  lower: answer('OUTPUT in lower case', ({ input, output }) => [input, output.toLowerCase()]),
  replacement: answer('OUTPUT with U+FFFD for its first character', ({ input, output }) => [
    input,
    `\uFFFD${withoutStart(output)}`,
  ]),
  'wrong-input': answer('INPUT with another first character, OUTPUT right', ({ input, output }) => [
    changed(input),
    output,
  ]),
  crossed: answer('INPUT and OUTPUT of the previous request', ({ previous }) => [
    previous,
    goUpperCase(previous),
  ]),
  'no-output': json('JSON without OUTPUT', ({ input }) => ({ INPUT: input })),
  'null-output': json('OUTPUT null', ({ input }) => ({ INPUT: input, OUTPUT: null })),
  'number-output': json('OUTPUT a number', ({ input }) => ({ INPUT: input, OUTPUT: 42 })),
  'double-output': altered(
    'OUTPUT twice, the second one wrong',
    (good, { output }) => `${good.slice(0, -1)},"OUTPUT":${JSON.stringify(`${output}!`)}}`,
  ),
  'no-input': json('a right OUTPUT without INPUT (a right answer)', ({ output }) => ({ OUTPUT: output })),
  reordered: json(
    'a right answer with its keys in another order, and with more keys',
    ({ input, output }) => ({ EXTRA: [null], OUTPUT: output, INPUT: input }),
  ),
  'cut-json': altered('the first half of the JSON, framed as if it were complete', firstHalf),
  bom: altered('a byte order mark before the JSON', (good) => `\uFEFF${good}`),
  'invalid-utf8': altered('a byte in OUTPUT that is not UTF-8', (good) =>
    Buffer.concat([Buffer.from(good.slice(0, -2)), Buffer.from('\xFF"}', 'latin1')]),
  ),
  array: altered('the answer inside a JSON array', (good) => `[${good}]`),
  string: json('OUTPUT alone, a JSON string', ({ output }) => output),
  number: json('a JSON number', () => 42),
  null: json('a JSON null', () => null),
  deep: altered('100,000 JSON arrays inside each other', () => '['.repeat(100_000) + ']'.repeat(100_000)),
  html: {
    about: 'an HTML page',
    contentType: 'text/html',
    write: () => '<!doctype html><title>Welcome</title><h1>It works!</h1>\n',
  },
  empty: altered('no body at all', () => ''),
};

/** An answer with another INPUT or OUTPUT. */
function answer(about: string, texts: (shouted: Shouted) => [input: string, output: string]): WrongBody {
  return { about, write: (shouted) => encodeAnswer(...texts(shouted)) };
}

/** An answer that is another JSON value. */
function json(about: string, value: (shouted: Shouted) => unknown): WrongBody {
  return { about, write: (shouted) => JSON.stringify(value(shouted)) };
}

/** A good answer with changed bytes. */
function altered(about: string, alter: (good: string, shouted: Shouted) => string | Buffer): WrongBody {
  return { about, write: (shouted) => alter(encodeAnswer(shouted.input, shouted.output), shouted) };
}

/** The first half of the bytes. At least one byte is left out. */
export function firstHalf(body: string): Buffer {
  const bytes = Buffer.from(body);
  return bytes.subarray(0, bytes.length >> 1);
}

function changed(text: string): string {
  return (text.startsWith('X') ? 'Y' : 'X') + withoutStart(text);
}

function withoutStart(text: string): string {
  return text.replace(/^./su, '');
}

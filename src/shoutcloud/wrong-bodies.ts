import { encodeAnswer, goUpperCase } from './go-behaviour.ts';

/** The parts of an answer with status 200. */
export interface Shouted {
  input: string;
  output: string;
  /** INPUT of the request before. */
  previous: string;
}

export interface WrongBody {
  readonly about: string;
  /** Instead of those of a good answer. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly write: (shouted: Shouted) => string | Buffer;
}

/** The name of a fault that is a complete answer with status 200. Some are right and only look odd. */
export type WrongBodyKind = keyof typeof wrongBodies;

export const wrongBodies = {
  wrong: {
    about: 'OUTPUT with another first character',
    write: ({ input, output }) => encodeAnswer(input, otherStart(output) + withoutStart(output)),
  },
  longer: {
    about: 'OUTPUT with one more character at its end',
    write: ({ input, output }) => encodeAnswer(input, `${output}!`),
  },
  shorter: {
    about: 'OUTPUT without its first character',
    write: ({ input, output }) => encodeAnswer(input, withoutStart(output)),
  },
  lower: {
    about: 'OUTPUT in lower case',
    write: ({ input, output }) => encodeAnswer(input, output.toLowerCase()),
  },
  replacement: {
    about: 'OUTPUT with U+FFFD for its first character',
    write: ({ input, output }) => encodeAnswer(input, `\uFFFD${withoutStart(output)}`),
  },
  'wrong-input': {
    about: 'INPUT with another first character, OUTPUT right',
    write: ({ input, output }) => encodeAnswer(otherStart(input) + withoutStart(input), output),
  },
  crossed: {
    about: 'INPUT and OUTPUT of the request before',
    write: ({ previous }) => encodeAnswer(previous, goUpperCase(previous)),
  },
  'no-output': { about: 'JSON without OUTPUT', write: ({ input }) => JSON.stringify({ INPUT: input }) },
  'null-output': {
    about: 'OUTPUT null',
    write: ({ input }) => JSON.stringify({ INPUT: input, OUTPUT: null }),
  },
  'number-output': {
    about: 'OUTPUT a number',
    write: ({ input }) => JSON.stringify({ INPUT: input, OUTPUT: 42 }),
  },
  'double-output': {
    about: 'OUTPUT twice, the second one wrong',
    write: ({ input, output }) =>
      `${encodeAnswer(input, output).slice(0, -1)},"OUTPUT":${JSON.stringify(`${output}!`)}}`,
  },
  'no-input': {
    about: 'a right OUTPUT without INPUT (sound)',
    write: ({ output }) => JSON.stringify({ OUTPUT: output }),
  },
  reordered: {
    about: 'a right answer with its keys in another order, and more of them (sound)',
    write: ({ input, output }) => JSON.stringify({ EXTRA: [null], OUTPUT: output, INPUT: input }),
  },
  'cut-json': {
    about: 'the first half of the JSON, framed as if it were complete',
    write: ({ input, output }) => firstHalf(encodeAnswer(input, output)),
  },
  bom: {
    about: 'a byte order mark before the JSON',
    write: ({ input, output }) => `\uFEFF${encodeAnswer(input, output)}`,
  },
  'invalid-utf8': {
    about: 'a byte in OUTPUT that is not UTF-8',
    write: ({ input, output }) =>
      Buffer.concat([Buffer.from(encodeAnswer(input, output).slice(0, -2)), Buffer.from('\xFF"}', 'latin1')]),
  },
  array: {
    about: 'the answer inside a JSON array',
    write: ({ input, output }) => `[${encodeAnswer(input, output)}]`,
  },
  string: { about: 'OUTPUT alone, a JSON string', write: ({ output }) => JSON.stringify(output) },
  number: { about: 'a JSON number', write: () => '42' },
  null: { about: 'a JSON null', write: () => 'null' },
  deep: {
    about: '100,000 JSON arrays inside each other',
    write: () => '['.repeat(100_000) + ']'.repeat(100_000),
  },
  html: {
    about: 'an HTML page',
    headers: { 'Content-Type': 'text/html' },
    write: () => '<!doctype html><title>Welcome</title><h1>It works!</h1>\n',
  },
  empty: { about: 'no body at all', write: () => '' },
} as const satisfies Record<string, WrongBody>;

export function isWrongBodyKind(name: string): name is WrongBodyKind {
  return Object.hasOwn(wrongBodies, name);
}

/** The first half of the bytes. At least one is left out. */
export function firstHalf(body: string): Buffer {
  const bytes = Buffer.from(body);
  return bytes.subarray(0, bytes.length >> 1);
}

function otherStart(text: string): string {
  return text.startsWith('X') ? 'Y' : 'X';
}

function withoutStart(text: string): string {
  return text.replace(/^./su, '');
}

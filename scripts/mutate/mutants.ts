/** One small change of a file. */
export interface Mutant {
  readonly line: number;
  readonly from: string;
  readonly to: string;
  /** The whole file after the change. */
  readonly code: string;
}

interface Mutation {
  readonly pattern: RegExp;
  readonly to: (found: string, ...groups: string[]) => string;
}

const SWAPS: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  ' < ': ' <= ',
  ' <= ': ' < ',
  ' > ': ' >= ',
  ' >= ': ' > ',
  ' + ': ' - ',
  ' - ': ' + ',
  ' * ': ' / ',
  ' / ': ' * ',
  ' += ': ' -= ',
  ' -= ': ' += ',
  '&&': '||',
  '||': '&&',
  '++': '--',
  '--': '++',
  'Math.min': 'Math.max',
  'Math.max': 'Math.min',
  true: 'false',
  false: 'true',
  '.once(': '.on(',
};

const NUMBER = /(?<![\w.'])\d[\d_]*(?![\w.'])/g;

/** The condition of an `if`, which can hold brackets in brackets. */
const CONDITION = /(?<=\bif \()(?:[^()]|\((?:[^()]|\([^()]*\))*\))+(?=\))/g;

const MUTATIONS: readonly Mutation[] = [
  {
    pattern:
      /===|!==| <=? | >=? | [+\-*/]=? |&&|\|\||\+\+|--|\bMath\.(?:min|max)\b|\b(?:true|false)\b|\.once\(/g,
    to: (found) => SWAPS[found] ?? found,
  },
  // Makes a condition always true, or always false.
  { pattern: CONDITION, to: () => 'true' },
  { pattern: CONDITION, to: () => 'false' },
  { pattern: /(?<=[(\s])!(?=[\w(])/g, to: () => '' },
  // Adds one to a number, or multiplies it by ten.
  { pattern: NUMBER, to: (found) => String(Number(found.replaceAll('_', '')) + 1) },
  { pattern: NUMBER, to: (found) => (found === '0' ? found : `${found}0`) },
  // Changes the name of an event, a header or an outcome.
  { pattern: /'[a-z][\w-]*'/g, to: (found) => found.replace(/'$/, "-'") },
  // Removes an `await`, the last argument, a default, or a call such as `.unref()`.
  { pattern: /(?<!for )\bawait /g, to: () => '' },
  { pattern: /, [\w.]+(?=\))| \?\? [\w.'#]+|\.\w+\(\)(?=[;,.)])/g, to: () => '' },
  { pattern: / \? (.+) : (.+);$/g, to: (_found, yes = '', no = '') => ` ? ${no} : ${yes};` },
  // Removes a listener.
  {
    pattern: /^(\s*)[\w.#?]+\((?:.+, )?((?:\(.*\)|\w+) => \{)$/g,
    to: (_found, indent = '', run = '') => `${indent}void (${run}`,
  },
  // Removes a statement.
  {
    pattern: /^\s*(?!return|const|let|import|export|throw|break|continue)(?:void |await )?[\w.#?]+\(.*\);$/g,
    to: () => '',
  },
  { pattern: /^\s*[\w.#]+ (?:[+\-*]|\?\?)?= .+;$/g, to: () => '' },
  {
    pattern: /^(\s*)(?:return|throw) .+;$/g,
    to: (_found, indent = '') => `${indent}return undefined as never;`,
  },
];

/** All changes that we can make to this code, line by line. Comments, imports and types are left alone. */
export function mutantsOf(code: string): Mutant[] {
  const lines = code.split('\n');
  return lines.flatMap((text, index) =>
    isCode(text) ? changesOf(text).map((to) => mutant(lines, index, to)) : [],
  );
}

function changesOf(text: string): string[] {
  const changes = MUTATIONS.flatMap(({ pattern, to }) =>
    Array.from(text.matchAll(pattern), (match) => {
      const [found, ...groups] = match;
      const after = text.slice(match.index + found.length);
      return isInString(text, match.index) ? text : text.slice(0, match.index) + to(found, ...groups) + after;
    }),
  );
  return [...new Set(changes)].filter((change) => change !== text);
}

function mutant(lines: readonly string[], index: number, to: string): Mutant {
  const from = lines[index] ?? '';
  return { line: index + 1, from: from.trim(), to: to.trim(), code: lines.with(index, to).join('\n') };
}

/** Whether this line runs. Comments, imports, and declarations of types and members do not. */
function isCode(text: string): boolean {
  return !/^\s*(\/\/|\/?\*|import |export (type|interface) |type |interface |readonly |\| )/.test(text);
}

/** Whether this position is in a string. Counts quotes, which is exact enough for formatted lines. */
function isInString(text: string, at: number): boolean {
  return (text.slice(0, at).match(/['`]/g)?.length ?? 0) % 2 === 1;
}

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
  // A condition is always true, or always false.
  { pattern: CONDITION, to: () => 'true' },
  { pattern: CONDITION, to: () => 'false' },
  { pattern: /(?<=[(\s])!(?=[\w(])/g, to: () => '' },
  // A number grows by one, or tenfold.
  { pattern: NUMBER, to: (found) => String(Number(found.replaceAll('_', '')) + 1) },
  { pattern: NUMBER, to: (found) => (found === '0' ? found : `${found}0`) },
  // The name of an event, a header or an outcome is wrong.
  { pattern: /'[a-z][\w-]*'/g, to: (found) => found.replace(/'$/, "-'") },
  // An `await`, the last argument, a default, or a call such as `.unref()` is missing.
  { pattern: /(?<!for )\bawait /g, to: () => '' },
  { pattern: /, [\w.]+(?=\))| \?\? [\w.'#]+|\.\w+\(\)(?=[;,.)])/g, to: () => '' },
  { pattern: / \? (.+) : (.+);$/g, to: (_found, yes = '', no = '') => ` ? ${no} : ${yes};` },
  // A listener is missing.
  {
    pattern: /^(\s*)[\w.#?]+\((?:.+, )?((?:\(.*\)|\w+) => \{)$/g,
    to: (_found, indent = '', run = '') => `${indent}void (${run}`,
  },
  // A statement is left out.
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

/** Comments, imports, and declarations of types and members do not run. */
function isCode(text: string): boolean {
  return !/^\s*(\/\/|\/?\*|import |export (type|interface) |type |interface |readonly |\| )/.test(text);
}

/** Counts quotes, which is exact enough for formatted lines. */
function isInString(text: string, at: number): boolean {
  return (text.slice(0, at).match(/['`]/g)?.length ?? 0) % 2 === 1;
}

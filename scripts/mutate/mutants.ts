/** One small change of a file. */
export interface Mutant {
  readonly line: number;
  readonly from: string;
  readonly to: string;
  /** The whole file with the change. */
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
};

/** What stands between the brackets of an `if`, with brackets in brackets inside. */
const CONDITION = /(?<=\bif \()(?:[^()]|\((?:[^()]|\([^()]*\))*\))+(?=\))/g;

const MUTATIONS: readonly Mutation[] = [
  {
    pattern: /===|!==| <=? | >=? | [+\-*/]=? |&&|\|\||\+\+|--|\bMath\.(?:min|max)\b|\b(?:true|false)\b/g,
    to: (found) => SWAPS[found] ?? found,
  },
  // A condition that always holds, or never.
  { pattern: CONDITION, to: () => 'true' },
  { pattern: CONDITION, to: () => 'false' },
  { pattern: /(?<=[(\s])!(?=[\w(])/g, to: () => '' },
  // A number is one more.
  { pattern: /(?<![\w.'])\d[\d_]*(?![\w.'])/g, to: (found) => String(Number(found.replaceAll('_', '')) + 1) },
  // A statement is left out.
  { pattern: /^\s*(?!return|const|let|import|export|throw|break|continue)[\w.#?]+\(.*\);$/g, to: () => '' },
  { pattern: /^\s*[\w.#]+ (?:[+\-*]|\?\?)?= .+;$/g, to: () => '' },
  {
    pattern: /^(\s*)(?:return|throw) .+;$/g,
    to: (_found, indent = '') => `${indent}return undefined as never;`,
  },
];

/** Every change that we know to make to this code, outside of comments, imports and types, a line at a time. */
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

/** Comments, imports, and the declarations of types and members change nothing that runs. */
function isCode(text: string): boolean {
  return !/^\s*(\/\/|\/?\*|import |export (type|interface) |type |interface |readonly |\| )/.test(text);
}

/** Counts quotes: good enough for lines that a formatter made. */
function isInString(text: string, at: number): boolean {
  return (text.slice(0, at).match(/['`]/g)?.length ?? 0) % 2 === 1;
}

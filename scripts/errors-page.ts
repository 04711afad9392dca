import { type ErrorCode, TuohsError } from '../src/core/errors.ts';
import { type Problem, problemFor, type problems } from '../src/http/problem.ts';
import { markdownTable } from './markdown-table.ts';

/** `docs/errors.md`: the shape of an error, then a row for each code, then what a client does about it. */
export function errorsPage(table: typeof problems): string {
  const codes = Object.keys(table).filter((key): key is ErrorCode => key in table);
  return `<!-- Written by \`make docs\` from src/http/problem.ts; edit that table instead. -->

# Errors

This page lists every error of the public API. Each has \`Cache-Control: no-store\` and a JSON body of this shape, with
\`Content-Type: application/json\`. Only a browser that opens a page gets HTML.

\`\`\`json
${exampleProblem('UPSTREAM_TIMEOUT').body}
\`\`\`

- \`error\` is a text for people.
- \`code\` is for programs. A code never changes its meaning.
- \`requestId\` is also in the \`X-Request-Id\` header. Quote it when you report an error. At level \`debug\`, the log has every id. At \`info\`,
  it has the id of a 5xx error, unless another error with the same code came in the second before.
- \`detail\`, if it is there, says what was wrong with this request and what to send instead.

${markdownTable(
  ['Code', 'Status', 'When', 'Text', '`Retry-After`'],
  codes.map((code) => row(code, table)),
)}

The service never answers 502: a 502 comes from a proxy in front of it and says that no server answered.

## What a client does

- **${statuses(codes.filter(isTemporary), table)}:** wait for as many seconds as \`Retry-After\` says, then send the request again.
  That is safe for a POST, too: the answer depends on the text alone, and asking changes nothing.
- **408:** send the request again.
- **Any other 4xx:** change the request. The same one gets the same answer.
- **500:** report it with its \`requestId\`.
`;
}

function row(code: ErrorCode, table: typeof problems): string[] {
  const { status, when, text } = table[code];
  return [`\`${code}\``, String(status), when, text, isTemporary(code) ? 'yes' : 'no'];
}

function isTemporary(code: ErrorCode): boolean {
  return 'retry-after' in exampleProblem(code).headers;
}

function statuses(codes: readonly ErrorCode[], table: typeof problems): string {
  const all = new Set(codes.map((code) => table[code].status));
  return [...all].sort((a, b) => a - b).join(', ');
}

function exampleProblem(code: ErrorCode): Problem {
  return problemFor(new TuohsError(code, 'an example'), 'kInj0oMzsOJO-1');
}

import { cellsOf, HEADS, type Results } from '../bench/results.ts';
import type { Row } from '../bench/row.ts';
import { markdownTable } from './markdown-table.ts';

/** `docs/performance.md`: how `make bench` measures, what each row is, and the results of the last complete run. */
export function performancePage(rows: readonly Row[], results: Results): string {
  const { machine, rounds } = results;
  return `<!-- Written by \`make docs\` from bench/rows.ts and bench/results.json; edit those and scripts/performance-page.ts instead. -->

# Performance

This page has the measured speed and memory use of the service. \`make bench\` compares the service on your machine with plain programs that do the same without any protection.
Compare the ratios: absolute figures differ from machine to machine, and on one machine from minute to minute.

## How it is measured

- **What runs.** All programs are real processes. tuohs runs from \`dist/\` with everything on: metrics, limits, headers, request ids, logs at info, and a rate
  limit that counts and is never reached. So a known text takes as much work here as in production.
- **Compared with what.** *Bare node:http* reads JSON, looks into a \`Map\` and writes JSON: no limits, no errors, no metrics.
  *A direct call* asks the SHOUTCLOUD-compatible server itself.
- **Where.** The service has a core of its own. The load generator, the upstream and Redis share the other cores. In \`alone\`, the upstream runs on the core of the service.
  Without \`taskset\`, nothing is pinned, and the output says so.
- **Rounds.** All compared programs warm up first. Then each runs once in each round, in random order, for at least five rounds. For known
  texts, they alternate every quarter of a second. A figure is the median over the rounds; the table also has the lowest and the highest.
  In \`memory\`, \`bulk\` and \`start\`, each round starts a fresh process. \`memory\` and \`bulk\` have three rounds.
- **The load generator** (\`bench/tools/load-generator.ts\`) is a separate process that writes prepared bytes to sockets. It reports
  the share of time in which it was busy. If that is far below 100%, the figures show the limit of the service, not of the generator.
  If an answer is not a 200, the run ends.
- **CPU time per answer** is the time that the system counted for the service's process, divided by its answers. Other programs on the machine
  affect it least.

## Rows

${markdownTable(
  ['Row', 'What is measured'],
  rows.map(({ name, about }) => [`\`${name}\``, about]),
)}

## Run it

\`\`\`sh
make bench                                       # all rows; writes bench/results.json
make bench BENCH='--only known --rounds 7'       # one row; writes no file
make docs                                        # puts bench/results.json into this page
\`\`\`

\`--only\` can be given more than once. A row that needs a \`redis-server\` or Linux is skipped without it, and then no results are kept.
Run nothing else at the same time.

## What the last run found

${machine.processor}, ${machine.cores} cores, Node ${machine.node}, ${rounds} rounds; ${machine.places}.

![Requests a second, by row](images/performance.svg)

${markdownTable(
  HEADS,
  cellsOf(results).map(([name, ...cells]) => [`\`${name}\``, ...cells]),
)}
`;
}

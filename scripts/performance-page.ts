import type { Results } from '../bench/results.ts';
import { cellsOf, HEADS } from '../bench/results-table.ts';
import type { Row } from '../bench/row.ts';
import { markdownTable } from './markdown-table.ts';

/** `docs/performance.md`: how `make bench` measures, what each row is, and what the last whole run found. */
export function performancePage(rows: readonly Row[], results: Results): string {
  const { machine, rounds } = results;
  return `<!-- Written by \`make docs\` from bench/rows.ts and bench/results.json; edit those and scripts/performance-page.ts instead. -->

# Performance

\`make bench\` measures the service beside plain programs that do the same with nothing around it, on the machine it runs on. What counts is
the ratio within a round: machines differ, and so does one machine from minute to minute.

## How it is measured

- **What runs.** Real processes. tuohs runs from \`dist/\` with everything on: metrics, limits, headers, request ids, logs at info, and a rate
  limit that nobody reaches but that is counted. So a known string costs here what it costs in production.
- **Beside what.** *Bare node:http* reads JSON, looks into a \`Map\` and writes JSON: no limits, no errors, no metrics.
  *A direct call* asks the SHOUTCLOUD-compatible server itself.
- **Where.** The service has a core of its own. The load generator, the upstream and Redis have the others. A machine without \`taskset\`
  pins nothing and says so.
- **Rounds.** All contenders warm up first. Then each runs once a round, in random order, for at least five rounds; where known strings are asked for,
  they take turns of a quarter of a second. A figure is the median over the rounds; beside it stand the lowest and the highest.
- **The load generator** (\`bench/tools/load-generator.ts\`) is a process of its own that writes bytes made beforehand to sockets. It reports
  how much of its time it computes: far below 100%, it waits for the service and measures it, not itself.
  An answer that is not a 200 ends the run.
- **Processor time an answer** is what the system counted for the service's process, divided by its answers. Other programs on the machine
  change it least.

## Rows

${markdownTable(
  ['Row', 'What is measured'],
  rows.map(({ name, about }) => [`\`${name}\``, about]),
)}

## Run it

\`\`\`sh
make bench                                       # all rows; keeps them in bench/results.json
make bench BENCH='--only known --rounds 7'       # one row; keeps nothing
make docs                                        # puts bench/results.json into this page
\`\`\`

\`--only\` may be given more than once. A row that needs a \`redis-server\` or Linux is skipped where there is none, and then nothing is kept.
Run nothing else meanwhile.

## What the last run found

${machine.processor}, ${machine.cores} cores, Node ${machine.node}, ${rounds} rounds; ${machine.places}.

![Requests a second, by row](images/performance.svg)

${markdownTable(
  HEADS,
  cellsOf(results).map(([name, ...cells]) => [`\`${name}\``, ...cells]),
)}
`;
}

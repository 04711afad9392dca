import { median, type Results, short, withUnit } from '../bench/results.ts';

const WIDTH = 760;
const LABEL_WIDTH = 240;
const BAR_WIDTH = 400;
const LINE_HEIGHT = 30;
const FONT = '13px system-ui, sans-serif';

interface Bar {
  readonly label: string;
  readonly values: readonly number[];
  readonly isOurs: boolean;
}

/** `docs/images/performance.svg`: a bar for each rate of requests, with a line from its lowest to its highest round. */
export function performancePlot({ rows }: Results): string {
  const bars = rows.flatMap(({ name, figures }) =>
    figures
      .filter(({ unit }) => unit === 'req/s')
      .map(({ what, values }) => ({ label: `${name}: ${what}`, values, isOurs: what === 'tuohs' })),
  );
  const most = Math.max(...bars.flatMap(({ values }) => values));
  const height = bars.length * LINE_HEIGHT + 10;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Requests a second">
<style>
text { font: ${FONT}; fill: #1f2328 } .ours { fill: #0969da } .other { fill: #8c959f } path { stroke: #1f2328 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .ours { fill: #4493f8 } .other { fill: #6e7681 } path { stroke: #e6edf3 } }
</style>
${bars.map((bar, i) => barAt(bar, i * LINE_HEIGHT + 5, BAR_WIDTH / most)).join('\n')}
</svg>
`;
}

function barAt({ label, values, isOurs }: Bar, y: number, scale: number): string {
  const middle = y + LINE_HEIGHT / 2;
  const x = (value: number) => Math.round(LABEL_WIDTH + value * scale);
  const [low, high] = [x(Math.min(...values)), x(Math.max(...values))];
  const width = x(median(values)) - LABEL_WIDTH;
  return `<text x="${LABEL_WIDTH - 8}" y="${middle + 5}" text-anchor="end">${label}</text>
<rect class="${isOurs ? 'ours' : 'other'}" x="${LABEL_WIDTH}" y="${y + 4}" width="${width}" height="${LINE_HEIGHT - 8}"/>
<path d="M${low} ${middle}H${high}M${low} ${middle - 5}v10M${high} ${middle - 5}v10"/>
<text x="${high + 8}" y="${middle + 5}">${withUnit(short(median(values)), 'req/s')}</text>`;
}

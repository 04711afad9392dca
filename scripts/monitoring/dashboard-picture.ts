import type { Answer, AskedPanel } from '../../test/monitoring/asked-dashboard.ts';

const WIDTH = 1200;
const PANEL_HEIGHT = 170;
const COLOURS = ['#3274d9', '#e0742d', '#37872d', '#c4162a', '#8f3bb8', '#b8a000', '#0a8f8f', '#8c959f'];

/** A picture of the dashboard with the answers to its queries, in the layout of Grafana. */
export function dashboardPicture(panels: readonly AskedPanel[]): string {
  const rows = Map.groupBy(panels, ({ y }) => y);
  let top = 0;
  const parts = [...rows.values()].map((row) => {
    const y = top;
    const isTitle = row[0]?.type === 'row';
    top += isTitle ? 34 : PANEL_HEIGHT + 8;
    if (isTitle) return `<text class="row" x="4" y="${y + 25}">${row[0]?.title}</text>`;
    const width = WIDTH / row.length;
    return row.map((panel, i) => panelAt(panel, i * width, y, width - 8)).join('\n');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" role="img" aria-label="The dashboard">
<style>
text { font: 11px system-ui, sans-serif; fill: #44505c } .row { font-size: 18px } .title { font-weight: 600; fill: #1f2328 }
.big { font-size: 34px; fill: #37872d } .bad { fill: #c4162a } rect { fill: #fff; stroke: #d0d7de } path { fill: none; stroke-width: 1.5 } .grid { stroke: #eaeef2; stroke-width: 1 }
</style>
<rect width="${WIDTH}" height="${top}" style="fill:#f6f8fa;stroke:none"/>
${parts.join('\n')}
</svg>
`;
}

function panelAt({ title, type, unit, answers }: AskedPanel, x: number, y: number, width: number): string {
  const lines = answers.flat().filter(({ values }) => values.some(([, value]) => Number.isFinite(value)));
  const head = `<g transform="translate(${x} ${y})"><rect width="${width}" height="${PANEL_HEIGHT}" rx="3"/>
<text class="title" x="8" y="17">${title}</text>`;
  const body = type === 'stat' ? number(lines, unit, width) : graph(lines, unit, width);
  return `${head}\n${body}</g>`;
}

function number([line]: readonly Answer[], unit: string, width: number): string {
  const value = line?.values.at(-1)?.[1] ?? Number.NaN;
  return `<text class="big${value < 0 ? ' bad' : ''}" x="${width / 2}" y="${PANEL_HEIGHT / 2 + 16}" text-anchor="middle">${inUnit(value, unit)}</text>`;
}

function graph(lines: readonly Answer[], unit: string, width: number): string {
  if (lines.length === 0)
    return `<text x="${width / 2}" y="${PANEL_HEIGHT / 2}" text-anchor="middle">none</text>`;
  const points = lines.flatMap(({ values }) => values).filter(([, value]) => Number.isFinite(value));
  const most = Math.max(...points.map(([, value]) => value)) || 1;
  const [from, to] = [Math.min(...points.map(([at]) => at)), Math.max(...points.map(([at]) => at))];
  const [left, right, top, bottom] = [52, width - 10, 28, PANEL_HEIGHT - 26];
  const px = (at: number) => (left + ((at - from) / (to - from || 1)) * (right - left)).toFixed(1);
  const py = (value: number) => (bottom - (value / most) * (bottom - top)).toFixed(1);
  const grid = [0, most / 2, most].map(
    (value) =>
      `<path class="grid" d="M${left} ${py(value)}H${right}"/><text x="${left - 4}" y="${Number(py(value)) + 4}" text-anchor="end">${inUnit(value, unit)}</text>`,
  );
  const paths = lines.map(
    ({ values }, i) => `<path stroke="${COLOURS[i % COLOURS.length]}" d="${pathOf(values, px, py)}"/>`,
  );
  return `${grid.join('')}\n${paths.join('\n')}\n${legends(lines, width)}`;
}

/** The path of a line, with gaps for missing numbers. */
function pathOf(values: Answer['values'], px: (at: number) => string, py: (value: number) => string): string {
  let pen = 'M';
  return values
    .map(([at, value]) => {
      const step = Number.isFinite(value) ? `${pen}${px(at)} ${py(value)}` : '';
      pen = step === '' ? 'M' : 'L';
      return step;
    })
    .join('');
}

function legends(lines: readonly Answer[], width: number): string {
  const perLine = Math.floor((width - 16) / lines.length);
  return lines
    .map(
      ({ legend }, i) =>
        `<text x="${8 + i * perLine}" y="${PANEL_HEIGHT - 8}" style="fill:${COLOURS[i % COLOURS.length]}">${legend.slice(0, Math.max(3, perLine / 6))}</text>`,
    )
    .join('');
}

function inUnit(value: number, unit: string): string {
  const short = (number: number) => String(Number(number.toPrecision(2)));
  if (unit === 'percentunit') return `${short(value * 100)} %`;
  if (unit === 'bytes') return value > 1e6 ? `${short(value / 2 ** 20)} MiB` : `${short(value / 1024)} KiB`;
  if (unit === 's') return value < 1 ? `${short(value * 1000)} ms` : `${short(value)} s`;
  return unit.endsWith('ps') ? `${short(value)}/s` : short(value);
}

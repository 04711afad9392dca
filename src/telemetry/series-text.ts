/** A metric with all its values, as plain data that can be sent to another process. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** How the values of several processes become one. */
  readonly combine: keyof typeof COMBINE;
  /** The values. The key of each is what follows the name in the text format, such as `_count{route="/v1"}`. */
  readonly values: ReadonlyMap<string, number>;
}

export type Series = readonly Family[];

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** The media types of the metrics. The first is the default. */
export const METRICS_TYPES = [TEXT, OPEN_METRICS] as const;

/** The series as a text of this media type. */
export function seriesText(series: Series, type: string = TEXT): string {
  if (type !== OPEN_METRICS) return series.map((family) => familyText(family, family.name)).join('\n');
  // In OpenMetrics, the name of a counter does not have the `_total` with which the names of its series end.
  const families = series.map((family) =>
    familyText(family, family.type === 'counter' ? family.name.replace(/_total$/, '') : family.name),
  );
  return `${families.join('')}# EOF\n`;
}

function familyText({ name, help, type, values }: Family, named: string): string {
  const lines = Array.from(values, ([end, value]) => `${name}${end} ${numberText(value)}\n`);
  return `# HELP ${named} ${help}\n# TYPE ${named} ${type}\n${lines.join('')}`;
}

function numberText(value: number): string {
  return String(value).replace('Infinity', 'Inf').replace(/^Inf/, '+Inf');
}

const COMBINE = {
  sum: (values: number[]) => values.reduce((sum, value) => sum + value, 0),
  min: (values: number[]) => Math.min(...values),
  max: (values: number[]) => Math.max(...values),
  first: ([value = 0]: number[]) => value,
};

/** Combines the series of several processes: one value for each set of labels. */
export function summedSeries(parts: readonly Series[]): Series {
  return [...Map.groupBy(parts.flat(), ({ name }) => name).values()].flatMap(summedFamily);
}

function summedFamily(families: readonly Family[]): Family[] {
  const [first] = families;
  if (first === undefined) return [];
  const combine = COMBINE[first.combine];
  const all = families.flatMap(({ values }) => [...values]);
  const byEnd = Map.groupBy(all, ([end]) => end);
  const values = Array.from(byEnd, ([end, found]): [string, number] => [
    end,
    combine(found.map(([, value]) => value)),
  ]);
  return [{ ...first, values: new Map(values) }];
}

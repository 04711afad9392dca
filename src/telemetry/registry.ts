import type { Family, Series } from './series-text.ts';

type Labels<Name extends string = string> = Readonly<Record<Name, string | number>>;

/** The current value, or one for each set of labels. */
type Reading = number | readonly (readonly [labels: Labels, value: number])[];

export type Registry = ReturnType<typeof registry>;

/** The metrics of one process, in the order in which they were added. The values of all labels must come from closed sets. */
export function registry() {
  const families: (() => Family)[] = [];
  return { counter, histogram, durations, reading, series: (): Series => families.map((read) => read()) };

  /** Returns a function that counts. It takes any object that has the labels, such as an event. */
  function counter<Name extends string = never>(name: string, help: string, ...labels: readonly Name[]) {
    const { children, childOf } = byLabels(labels, () => ({ count: 0 }));
    const values = () => children.map(({ text, child }): Value => [bracketed(text), child.count]);
    families.push(() => ({ name, help, type: 'counter', combine: 'sum', values: new Map(values()) }));
    return (of: Labels<Name>, count = 1) => {
      childOf(of).count += count;
    };
  }

  /** Returns a function that adds a value. `bounds` are the upper bounds of the buckets, ascending. */
  function histogram<Name extends string = never>(
    name: string,
    help: string,
    bounds: readonly number[],
    ...labels: readonly Name[]
  ) {
    const { children, childOf } = byLabels(labels, () => new Buckets(bounds));
    const values = () => children.flatMap(({ text, child }) => child.values(text));
    families.push(() => ({ name, help, type: 'histogram', combine: 'sum', values: new Map(values()) }));
    return (of: Labels<Name>, value: number) => childOf(of).add(value);
  }

  /** A histogram of seconds. The function takes any object that has the labels and `durationMs`. */
  function durations<Name extends string = never>(
    name: string,
    help: string,
    bounds: readonly number[],
    ...labels: readonly Name[]
  ) {
    const add = histogram(name, help, bounds, ...labels);
    return (of: Labels<Name> & { readonly durationMs: number }) => add(of, of.durationMs / 1000);
  }

  /**
   * Adds a counter if the name ends in `_total`, else a gauge. `read` is called whenever the series are asked for. If `read` throws,
   * the metric has no values. For example, the memory of the process cannot be read while no file descriptor is free.
   */
  function reading(
    name: string,
    help: string,
    read: () => Reading,
    combine: Family['combine'] = 'sum',
  ): void {
    const type = name.endsWith('_total') ? 'counter' : 'gauge';
    families.push(() => ({ name, help, type, combine, values: new Map(valuesOf(read)) }));
  }
}

/** A value in the text format: what follows the name of the metric, and the number. */
type Value = [end: string, value: number];

interface Labelled<Child> {
  readonly values: readonly (string | number)[];
  readonly text: string;
  readonly child: Child;
}

/** Finds the values of a set of labels by comparison, which is faster than making a key of the labels for each event. */
function byLabels<Name extends string, Child>(names: readonly Name[], make: () => Child) {
  const children: Labelled<Child>[] = [];
  // A metric without labels has the value 0 from the start.
  let latest = names.length === 0 ? add([], '') : undefined;
  return { children, childOf };

  function childOf(labels: Labels<Name>): Child {
    if (latest === undefined || !hasLabels(latest, labels)) latest = find(labels);
    return latest.child;
  }

  function find(labels: Labels<Name>): Labelled<Child> {
    for (const each of children) if (hasLabels(each, labels)) return each;
    const values = names.map((name) => labels[name]);
    return add(values, names.map((name) => labelText(name, labels[name])).join(','));
  }

  function add(values: readonly (string | number)[], text: string): Labelled<Child> {
    const labelled = { values, text, child: make() };
    children.push(labelled);
    return labelled;
  }

  function hasLabels({ values }: Labelled<Child>, labels: Labels<Name>): boolean {
    let i = 0;
    for (const name of names) if (values[i++] !== labels[name]) return false;
    return true;
  }
}

/** The values of a histogram with one set of labels. */
class Buckets {
  readonly #bounds: readonly number[];
  /** How many values are in each bucket, without those of the lower buckets. The last bucket is for values above all bounds. */
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  add(value: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] ?? 0)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  values(labels: string): Value[] {
    let count = 0;
    const buckets = [...this.#bounds, '+Inf'].map((bound, i): Value => {
      count += this.#counts[i] ?? 0;
      return [`_bucket{${[labelText('le', bound), labels].filter(Boolean).join(',')}}`, count];
    });
    return [...buckets, [`_sum${bracketed(labels)}`, this.#sum], [`_count${bracketed(labels)}`, count]];
  }
}

function valuesOf(read: () => Reading): Value[] {
  const reading = attempt(read);
  if (typeof reading === 'number') return [['', reading]];
  return reading.map(([labels, value]) => {
    const texts = Object.entries(labels).map(([name, label]) => labelText(name, label));
    return [bracketed(texts.join(',')), value];
  });
}

function attempt(read: () => Reading): Reading {
  try {
    return read();
  } catch {
    return [];
  }
}

function bracketed(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}

function labelText(name: string, value: string | number): string {
  const escaped = String(value).replace(/[\\"\n]/g, (found) => (found === '\n' ? '\\n' : `\\${found}`));
  return `${name}="${escaped}"`;
}

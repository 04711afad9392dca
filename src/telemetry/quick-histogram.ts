import { Histogram, type Registry } from '@prometheus-io/client';

export interface QuickHistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Upper bounds, ascending. */
  readonly buckets: readonly number[];
  readonly registers: Registry[];
}

type Labels = Readonly<Record<string, string | number>>;

/** The values with one set of labels. */
interface Child {
  readonly labels: Labels;
  /** By bucket, each without those below it. The last one is for values above all bounds. */
  readonly counts: number[];
  sum: number;
}

type Collected = Awaited<ReturnType<Histogram<string>['get']>>;

/**
 * A histogram that is fast enough for every request. For each value, the library's makes a text of all labels and one of
 * the bucket's bound. This one compares the labels with all that were ever used, so they must come from small closed sets.
 */
export class QuickHistogram extends Histogram<string> {
  readonly #options: QuickHistogramOptions;
  readonly #children: Child[] = [];

  constructor(options: QuickHistogramOptions) {
    super({ ...options, labelNames: [...options.labelNames], buckets: [...options.buckets] });
    this.#options = options;
  }

  add(labels: Labels, value: number): void {
    const child = this.#childOf(labels);
    const { buckets } = this.#options;
    let bucket = 0;
    while (bucket < buckets.length && value > (buckets[bucket] ?? 0)) bucket++;
    child.counts[bucket] = (child.counts[bucket] ?? 0) + 1;
    child.sum += value;
  }

  #childOf(labels: Labels): Child {
    for (const child of this.#children) if (this.#isSame(child.labels, labels)) return child;
    const child = { labels, counts: new Array<number>(this.#options.buckets.length + 1).fill(0), sum: 0 };
    this.#children.push(child);
    return child;
  }

  #isSame(some: Labels, others: Labels): boolean {
    for (const name of this.#options.labelNames) if (some[name] !== others[name]) return false;
    return true;
  }

  override async get(): Promise<Collected> {
    const { name, help } = this.#options;
    const values = this.#children.flatMap((child) => this.#seriesOf(child));
    const metric: Omit<Collected, 'collect'> = { name, help, type: 'histogram', aggregator: 'sum', values };
    // The library's own result has no `collect` either, because no function can be sent to another process.
    return metric as Collected;
  }

  /** The library calls this to write text. */
  getForPromString() {
    return this.get();
  }

  #seriesOf({ labels, counts, sum }: Child) {
    const { name, buckets } = this.#options;
    const bounds = [...buckets, '+Inf'];
    let count = 0;
    const series = bounds.map((le, i) => {
      count += counts[i] ?? 0;
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count };
    });
    return [
      ...series,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}

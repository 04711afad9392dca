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

/** What was seen with one set of labels. */
interface Tally {
  readonly labels: Labels;
  /** By bucket, each without those below it; the last one is for values above all bounds. */
  readonly counts: number[];
  sum: number;
}

type Collected = Awaited<ReturnType<Histogram<string>['get']>>;

/**
 * A histogram for what happens with every request. The library's makes a text of all labels, and one of the bucket's
 * bound, for every value; this one compares. For labels of closed sets, as it compares with all that were ever seen.
 */
export class QuickHistogram extends Histogram<string> {
  readonly #options: QuickHistogramOptions;
  readonly #tallies: Tally[] = [];

  constructor(options: QuickHistogramOptions) {
    super({ ...options, labelNames: [...options.labelNames], buckets: [...options.buckets] });
    this.#options = options;
  }

  tally(labels: Labels, value: number): void {
    const tally = this.#tallyOf(labels);
    const { buckets } = this.#options;
    let bucket = 0;
    while (bucket < buckets.length && value > (buckets[bucket] ?? 0)) bucket++;
    tally.counts[bucket] = (tally.counts[bucket] ?? 0) + 1;
    tally.sum += value;
  }

  #tallyOf(labels: Labels): Tally {
    for (const tally of this.#tallies) if (this.#isSame(tally.labels, labels)) return tally;
    const tally = { labels, counts: new Array<number>(this.#options.buckets.length + 1).fill(0), sum: 0 };
    this.#tallies.push(tally);
    return tally;
  }

  #isSame(some: Labels, others: Labels): boolean {
    for (const name of this.#options.labelNames) if (some[name] !== others[name]) return false;
    return true;
  }

  override async get(): Promise<Collected> {
    const { name, help } = this.#options;
    const values = this.#tallies.flatMap((tally) => this.#seriesOf(tally));
    const metric: Omit<Collected, 'collect'> = { name, help, type: 'histogram', aggregator: 'sum', values };
    // The library promises a function that it does not give either, for none can be sent to another process.
    return metric as Collected;
  }

  /** What the library asks for where it writes text. */
  getForPromString() {
    return this.get();
  }

  #seriesOf({ labels, counts, sum }: Tally) {
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

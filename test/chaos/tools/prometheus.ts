/** The samples of one scrape. */
export interface Metrics {
  /** The sum of the samples of this name that have these labels; 0 where there are none. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
  has(name: string): boolean;
}

/** Reads the Prometheus text format. */
export function readMetrics(text: string): Metrics {
  const samples = text.split('\n').flatMap((line) => {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
    return match ? [{ name: match[1], labels: match[2] ?? '', value: Number(match[3]) }] : [];
  });
  return {
    has: (name) => samples.some((sample) => sample.name === name),
    sum(name, labels = {}) {
      const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      return samples
        .filter((sample) => sample.name === name && wanted.every((label) => sample.labels.includes(label)))
        .reduce((sum, { value }) => sum + value, 0);
    },
  };
}

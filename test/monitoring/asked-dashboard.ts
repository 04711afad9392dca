import { readFileSync } from 'node:fs';
import { faster } from '../../scripts/monitoring/faster.ts';
import { startPrometheus } from '../support/monitoring-tools.ts';
import type { Ending } from '../support/process.ts';
import { reached } from '../support/until.ts';

export interface Answer {
  readonly labels: Readonly<Record<string, string>>;
  readonly legend: string;
  readonly values: readonly (readonly [seconds: number, value: number])[];
}

export interface AskedPanel {
  readonly title: string;
  readonly type: string;
  readonly unit: string;
  readonly y: number;
  /** The answers to each of the panel's queries, in order. */
  readonly answers: readonly (readonly Answer[])[];
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly y: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit: string } };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const STEP_SECONDS = 1;
const PATIENCE_MS = 500_000;

/**
 * A real Prometheus that scrapes a service every second. `ask` resolves with the answers to the queries of the dashboard for
 * the last `seconds`.
 */
export async function askedDashboard(ending: Ending, adminUrl: string) {
  const startedAtMs = Date.now();
  const target = JSON.stringify(new URL(adminUrl).host);
  const { url } = await startPrometheus(ending, {
    // Evaluates the recording rules often enough for a test.
    'prometheus.yaml': faster(readFileSync('deploy/monitoring/prometheus.yaml', 'utf8'), 15)
      .replace(/alerting:\n.*?\n\n/s, '')
      .replace(/dns_sd_configs:.*$/s, `static_configs: [{ targets: [${target}] }]\n`),
    'alerts.yaml': readFileSync('deploy/chart/files/alerts.yaml', 'utf8'),
  });

  return {
    /** Resolves when Prometheus has scraped the service this many times. */
    async read(times: number): Promise<void> {
      const readings = async () =>
        (await query('count_over_time(tuohs_build_info[1h])'))[0]?.values.at(-1)?.[1];
      await reached(`${times} readings`, PATIENCE_MS, async () => ((await readings()) ?? 0) >= times);
    },
    /** By default, `seconds` is the time since Prometheus started. */
    ask: (seconds = (Date.now() - startedAtMs) / 1000) =>
      Promise.all(panels().map((panel) => asked(panel, seconds))),
  };

  async function asked(panel: Panel, seconds: number): Promise<AskedPanel> {
    const { title, type, gridPos, fieldConfig, targets = [] } = panel;
    const answers = targets.map(async ({ expr, legendFormat }) =>
      (await query(withVariables(expr), seconds)).map((answer) => ({
        ...answer,
        legend: legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label) => answer.labels[label] ?? ''),
      })),
    );
    const unit = fieldConfig?.defaults.unit ?? '';
    return { title, type, unit, y: gridPos.y, answers: await Promise.all(answers) };
  }

  /** The result of a query, once Prometheus answers it. Throws Prometheus' error about the query. */
  async function query(expr: string, seconds = 0): Promise<Omit<Answer, 'legend'>[]> {
    let answer: RangeAnswer | undefined;
    await reached(`an answer to ${expr}`, PATIENCE_MS, async () => {
      const end = Date.now() / 1000;
      const range = { start: `${end - seconds}`, end: `${end}`, step: `${STEP_SECONDS}` };
      const search = new URLSearchParams({ query: expr, ...range });
      // On a busy machine, connections and queries can take too long.
      const response = await fetch(`${url}/api/v1/query_range?${search}`).catch(() => undefined);
      if (response === undefined || response.status === 503) return false;
      answer = (await response.json()) as RangeAnswer;
      return true;
    });
    if (answer?.error !== undefined) throw new Error(`${expr}: ${answer.error}`);
    return (answer?.data.result ?? []).map(({ metric, values }) => ({
      labels: metric,
      values: values.map(([at, value]) => [at, Number(value)] as const),
    }));
  }
}

interface RangeAnswer {
  readonly error?: string;
  readonly data: {
    readonly result: readonly {
      readonly metric: Record<string, string>;
      readonly values: [number, string][];
    }[];
  };
}

function panels(): Panel[] {
  return JSON.parse(readFileSync('deploy/chart/files/dashboard.json', 'utf8')).panels;
}

/** Replaces the variables in a query as Grafana does if "All" is chosen. The rate interval is four scrapes. */
function withVariables(expr: string): string {
  return expr
    .replaceAll('$namespace', '.*')
    .replaceAll('$job', '.*')
    .replaceAll('$__rate_interval', `${4 * STEP_SECONDS}s`);
}

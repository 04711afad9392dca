import { parse } from 'yaml';
import { markdownTable } from '../markdown-table.ts';
import type { SeriesRow } from './series-table.ts';

interface Alert {
  readonly alert?: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

/** `docs/monitoring.md` with its tables of series and alerts anew; all else of it is written by hand. */
export function monitoringPage(page: string, series: readonly SeriesRow[], alertsYaml: string): string {
  const alerts: Alert[] = parse(alertsYaml).groups.at(-1).rules;
  const tables = {
    alerts: markdownTable(['Alert', 'Severity', 'After', 'Says'], alerts.map(alertRow)),
    series: markdownTable(['Series', 'Type', 'Unit', 'Labels', 'Says'], series.map(seriesRow)),
  };
  return Object.entries(tables).reduce(
    (text, [name, table]) =>
      text.replace(
        new RegExp(`(<!-- ${name}: [^\n]*-->\n)[^]*?(<!-- end -->)`),
        (_, begin, end) => `${begin}\n${table}\n\n${end}`,
      ),
    page,
  );
}

function alertRow({ alert = '', for: after = 'at once', labels, annotations }: Alert): string[] {
  return [`[${alert}](#${alert.toLowerCase()})`, labels.severity, after, annotations.summary];
}

function seriesRow({ name, type, unit, labels, help }: SeriesRow): string[] {
  return [`\`${name}\``, type, unit, labels.map((label) => `\`${label}\``).join(', '), help];
}

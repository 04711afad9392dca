import { parse } from 'yaml';
import { markdownTable } from '../markdown-table.ts';

interface Alert {
  readonly alert?: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

/** `docs/monitoring.md` with its table of alerts written again. Everything else on the page is written by hand. */
export function monitoringPage(page: string, alertsYaml: string): string {
  const alerts: Alert[] = parse(alertsYaml).groups.at(-1).rules;
  const table = markdownTable(['Alert', 'Severity', 'After', 'Says'], alerts.map(alertRow));
  return page.replace(
    /(<!-- alerts: [^\n]*-->\n).*?(<!-- end -->)/s,
    (_, begin, end) => `${begin}\n${table}\n\n${end}`,
  );
}

function alertRow({ alert = '', for: after = 'at once', labels, annotations }: Alert): string[] {
  return [`[${alert}](#${alert.toLowerCase()})`, labels.severity, after, annotations.summary];
}

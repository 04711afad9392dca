import { type ChartValue, chartValues } from './chart-values.ts';
import type { DocumentedSetting } from './documented-setting.ts';
import { markdownTable } from './markdown-table.ts';

/** `deploy/chart/README.md`: how to install the chart, then a row for each value, from the comments in `values.yaml`. */
export function chartPage(valuesYaml: string, settings: readonly DocumentedSetting[]): string {
  const meanings = new Map(settings.map(({ name, says }) => [name, says]));
  const rows = chartValues(valuesYaml).map((value) => row(value, meanings));
  return `<!-- Written by \`make docs\` from values.yaml and src/config/settings.ts; edit those instead. -->

# The tuohs chart

\`\`\`sh
helm upgrade --install tuohs deploy/chart --namespace tuohs --create-namespace --wait \\
  --set image.repository=registry.example/tuohs,image.tag=1.2.3,valkey.enabled=true
helm --namespace tuohs test tuohs
\`\`\`

The chart needs Kubernetes 1.29 or later. Some values also need Traefik 3, a Gateway API, cert-manager or the Prometheus operator.
It works in a namespace at the restricted level of pod security. [docs/operations.md](../../docs/operations.md) says how to run it.

- An unknown value, or a combination that cannot work, is refused with a message that says why.
- Pods can reach only what the values switch on. Only namespaces that the values name can reach pods. \`networkPolicy.enabled=false\` removes both limits.
- \`helm test\` asks the Service and each pod. It checks the contract, the cache that pods share, readiness and metrics.

## Values

${markdownTable(['Value', 'Default', 'Meaning'], rows)}
`;
}

function row({ path, byDefault, says }: ChartValue, meanings: ReadonlyMap<string, string>): string[] {
  return [`\`${path}\``, byDefault === undefined ? '' : `\`${byDefault}\``, meaning(says, meanings)];
}

/** If a comment begins with the name of a setting, inserts the description of that setting. */
function meaning(says: string, meanings: ReadonlyMap<string, string>): string {
  const [name = ''] = says.match(/^[A-Z_]+/) ?? [];
  const known = meanings.get(name);
  if (known === undefined) return says;
  const more = says
    .slice(name.length)
    .replace(/^[,;] /, '')
    .replace(/\.?$/, '');
  return `\`${name}\`: ${known}${more && ` In the chart: ${more}.`}`;
}

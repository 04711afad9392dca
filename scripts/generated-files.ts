import { readFileSync } from 'node:fs';
import type { Results } from '../bench/results.ts';
import { rows as benchRows } from '../bench/rows.ts';
import { settings } from '../src/config/settings.ts';
import { traceSettings } from '../src/config/trace-settings.ts';
import { describeApi } from '../src/http/api-server.ts';
import { problems } from '../src/http/problem.ts';
import { readVersion } from '../src/version.ts';
import { chartPage } from './chart-page.ts';
import { configurationPage } from './configuration-page.ts';
import { environmentExample } from './environment-example.ts';
import { errorsPage } from './errors-page.ts';
import { performancePage } from './performance-page.ts';
import { performancePlot } from './performance-plot.ts';
import { scalingPage } from './scaling-page.ts';

export interface GeneratedFile {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly content: string;
}

/** Every file that is generated from a table of the source or from results, as it must be committed. */
export async function generatedFiles(): Promise<GeneratedFile[]> {
  const rows = Object.values(settings);
  const allRows = [...rows, ...Object.values(traceSettings)];
  const measured: Results = JSON.parse(read('bench/results.json'));
  return [
    { path: 'docs/configuration.md', content: configurationPage(allRows) },
    { path: '.env.example', content: environmentExample(allRows) },
    { path: 'docs/errors.md', content: errorsPage(problems) },
    { path: 'deploy/chart/Chart.yaml', content: versioned(read('deploy/chart/Chart.yaml')) },
    { path: 'deploy/chart/README.md', content: chartPage(read('deploy/chart/values.yaml'), rows) },
    {
      path: 'docs/openapi.json',
      content: `${JSON.stringify(await describeApi(readVersion()), undefined, 2)}\n`,
    },
    { path: 'docs/performance.md', content: performancePage(benchRows, measured) },
    { path: 'docs/images/performance.svg', content: performancePlot(measured) },
    { path: 'docs/scaling.md', content: scalingPage(measured) },
  ];
}

/** The chart has the version of package.json. This is also the tag of the image, except if the values name another tag. */
function versioned(chart: string): string {
  return chart.replace(/^(version|appVersion): .*$/gm, `$1: ${readVersion()}`);
}

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
}

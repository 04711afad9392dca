import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { readVersion } from '../../src/version.ts';
import { run } from './command.ts';

export interface ChartPackage {
  /** The repository of the image, for the values in the package. */
  readonly repository: string;
  /** The version of the app that `helm list` shows. */
  readonly appVersion: string;
  /** The address of the source code, for links from alerts to their runbooks. Without it, alerts name the file of the runbooks. */
  readonly source?: string | undefined;
}

/** Packages deploy/chart into a folder and returns the path of the package. */
export function packagedChart({ repository, appVersion, source }: ChartPackage, folder: string): string {
  const version = readVersion();
  const work = mkdtempSync(join(tmpdir(), 'tuohs-chart-'));
  const chart = join(work, 'tuohs');
  try {
    cpSync('deploy/chart', chart, { recursive: true });
    const runbooks = source && `${source}/blob/v${version}/docs/monitoring.md`;
    setValues(join(chart, 'values.yaml'), {
      'image.repository': repository,
      'prometheusRule.runbooks': runbooks,
    });
    run('helm', ['package', chart, '--app-version', appVersion, '--destination', folder]);
    return join(folder, `tuohs-${version}.tgz`);
  } finally {
    rmSync(work, { recursive: true });
  }
}

function setValues(path: string, set: Readonly<Record<string, string | undefined>>): void {
  const values = parseDocument(readFileSync(path, 'utf8'));
  for (const [name, value] of Object.entries(set)) if (value) values.setIn(name.split('.'), value);
  writeFileSync(path, values.toString());
}

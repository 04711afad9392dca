import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { readVersion } from '../../src/version.ts';
import { run } from './command.ts';

export interface ChartPackage {
  /** The repository of the image, in the values of the package. */
  readonly repository: string;
  /** The version of the app that `helm list` shows. */
  readonly appVersion: string;
}

/** Packages deploy/chart into a folder and returns the path of the package. */
export function packagedChart({ repository, appVersion }: ChartPackage, folder: string): string {
  const version = readVersion();
  const work = mkdtempSync(join(tmpdir(), 'tuohs-chart-'));
  const chart = join(work, 'tuohs');
  try {
    cpSync('deploy/chart', chart, { recursive: true });
    nameTheRepository(join(chart, 'values.yaml'), repository);
    run('helm', ['package', chart, '--app-version', appVersion, '--destination', folder]);
    return join(folder, `tuohs-${version}.tgz`);
  } finally {
    rmSync(work, { recursive: true });
  }
}

function nameTheRepository(path: string, repository: string): void {
  const values = parseDocument(readFileSync(path, 'utf8'));
  values.setIn(['image', 'repository'], repository);
  writeFileSync(path, values.toString());
}

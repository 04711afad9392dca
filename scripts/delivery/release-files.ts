import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { readVersion } from '../../src/version.ts';
import { output, run } from './command.ts';
import { imageName } from './image-name.ts';

// node scripts/delivery/release-files.ts IMAGE FOLDER
// Writes what a release carries besides the image: the chart as a package that names the image's repository and the
// version of package.json, and the manifests that it renders by default, with exactly this image.
const [image = '', folder = ''] = process.argv.slice(2);
const { repository, tag, digest } = imageName(image);
const version = readVersion();
const work = mkdtempSync(join(tmpdir(), 'tuohs-release-'));
const chart = join(work, 'tuohs');

try {
  cpSync('deploy/chart', chart, { recursive: true });
  nameTheRepository(join(chart, 'values.yaml'));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run('helm', ['package', chart, '--version', version, '--app-version', version, '--destination', folder]);
  const exactly = ['--set-string', `image.tag=${tag}`, '--set-string', `image.digest=${digest}`];
  const packed = join(folder, `tuohs-${version}.tgz`);
  writeFileSync(
    join(folder, `tuohs-${version}.yaml`),
    output('helm', ['template', 'tuohs', packed, '--skip-tests', ...exactly]),
  );
} finally {
  rmSync(work, { recursive: true });
}

function nameTheRepository(path: string): void {
  const values = parseDocument(readFileSync(path, 'utf8'));
  values.setIn(['image', 'repository'], repository);
  writeFileSync(path, values.toString());
}

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../src/core/text-values.ts';
import { readSource, readVersion } from '../../src/version.ts';
import { readArguments, refuse } from '../arguments.ts';
import { output } from './command.ts';
import { imageName } from './image-name.ts';
import { packClient, packService } from './npm-packages.ts';
import { packagedChart } from './packaged-chart.ts';

// Writes the files of a release: the chart, whose values name the repository of IMAGE; the manifests that the chart renders with
// its defaults and exactly IMAGE; the packages for npm; and the checksums of all these files.
const usage = 'node scripts/delivery/release-files.ts IMAGE FOLDER';
const [image = '', folder = '', ...more] = readArguments(usage, { allowPositionals: true }).positionals;
if (!image || !folder || more.length > 0) refuse(usage);
const { repository, tag, digest } = nameOrRefuse();
const version = readVersion();

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
// The names contain `npm`, because tuohs-VERSION.tgz is the chart.
packService(join(folder, `tuohs-npm-${version}.tgz`));
packClient(join(folder, `tuohs-client-npm-${version}.tgz`));
const chart = packagedChart({ repository, appVersion: version, source: readSource() }, folder);
const exactly = [`image.tag=${tag || version}`, `image.digest=${digest}`].flatMap((value) => [
  '--set-string',
  value,
]);
writeFileSync(
  join(folder, `tuohs-${version}.yaml`),
  output('helm', ['template', 'tuohs', chart, '--skip-tests', ...exactly]),
);
writeFileSync(join(folder, 'SHA256SUMS'), readdirSync(folder).sort().map(checksum).join(''));

function nameOrRefuse() {
  try {
    return imageName(image);
  } catch (error) {
    return refuse(messageOf(error));
  }
}

/** A line in the format that `sha256sum --check` reads. */
function checksum(name: string): string {
  return `${createHash('sha256')
    .update(readFileSync(join(folder, name)))
    .digest('hex')}  ${name}\n`;
}

import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readVersion } from '../../src/version.ts';
import { output } from './command.ts';
import { imageName } from './image-name.ts';
import { packagedChart } from './packaged-chart.ts';

// node scripts/delivery/release-files.ts IMAGE FOLDER
// Writes what a release carries besides the image: the chart as a package that names the image's repository and the version
// of package.json, the manifests that it renders by default with exactly this image, the package for npm, and the checksums
// of all of them.
const [image = '', folder = ''] = process.argv.slice(2);
const { repository, tag, digest } = imageName(image);
const version = readVersion();

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
// The two packages would have the same name.
renameSync(npmPackage(), join(folder, `tuohs-npm-${version}.tgz`));
const chart = packagedChart({ repository, appVersion: version }, folder);
const exactly = [`image.tag=${tag || version}`, `image.digest=${digest}`].flatMap((value) => [
  '--set-string',
  value,
]);
writeFileSync(
  join(folder, `tuohs-${version}.yaml`),
  output('helm', ['template', 'tuohs', chart, '--skip-tests', ...exactly]),
);
writeFileSync(join(folder, 'SHA256SUMS'), readdirSync(folder).sort().map(checksum).join(''));

/** Built in a folder of its own: what is in dist/ stays as it is. */
function npmPackage(): string {
  const work = mkdtempSync(join(tmpdir(), 'tuohs-package-'));
  try {
    for (const name of [
      'package.json',
      'tsconfig.json',
      'tsconfig.build.json',
      'src',
      'README.md',
      'LICENSE',
    ])
      cpSync(name, join(work, name), { recursive: true });
    symlinkSync(resolve('node_modules'), join(work, 'node_modules'));
    const name = output('npm', ['pack', '--silent', work, '--pack-destination', folder]);
    return join(folder, name.trim().split('\n').at(-1) ?? '');
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** As `sha256sum --check` reads it. */
function checksum(name: string): string {
  return `${createHash('sha256')
    .update(readFileSync(join(folder, name)))
    .digest('hex')}  ${name}\n`;
}

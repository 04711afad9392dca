import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { output } from './command.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const tsc = join(root, 'node_modules/.bin/tsc');

/** The files that `npm pack` needs to build the service. */
const SERVICE_SOURCES = [
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'src',
  'README.md',
  'LICENSE',
];

interface PackageFacts {
  readonly name: string;
  readonly version: string;
  readonly repository?: { readonly url: string };
}

/** Packs the service into the file `path`. Builds it in a new folder, so that dist/ does not change. */
export function packService(path: string): void {
  packed(path, (work) => {
    for (const name of SERVICE_SOURCES) cpSync(join(root, name), join(work, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(work, 'node_modules'));
  });
}

/** Packs the client into the file `path`, with the version and the repository of the service. */
export function packClient(path: string): void {
  packed(path, (work) => {
    const { name, version, repository } = factsIn('package.json');
    const own = factsIn('src/client/package.json');
    const facts = { ...own, name: `${name}-client`, version, ...(repository && { repository }) };
    writeFileSync(join(work, 'package.json'), `${JSON.stringify(facts, undefined, 2)}\n`);
    writeFileSync(join(work, 'README.md'), readme(facts));
    cpSync(join(root, 'LICENSE'), join(work, 'LICENSE'));
    const project = ['--project', join(root, 'src/client'), '--noEmit', 'false'];
    execFileSync(tsc, [...project, '--outDir', join(work, 'dist')], { stdio: 'inherit' });
  });
}

/** Lets `prepare` fill a new folder, and packs the folder into the file `path`. */
function packed(path: string, prepare: (work: string) => void): void {
  const work = mkdtempSync(join(tmpdir(), 'tuohs-package-'));
  try {
    const content = join(work, 'package');
    mkdirSync(content);
    prepare(content);
    const name = output('npm', ['pack', '--silent', content, '--pack-destination', work]);
    cpSync(join(work, name.trim().split('\n').at(-1) ?? ''), path);
  } finally {
    rmSync(work, { recursive: true });
  }
}

function factsIn(path: string): PackageFacts {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

/** The client's README. Its links to other pages lead to the repository. If there is no repository, they become plain text. */
function readme({ version, repository }: PackageFacts): string {
  const home = repository?.url.replace(/^git\+|\.git$/g, '');
  return readFileSync(join(root, 'docs/client.md'), 'utf8').replace(
    /\[([^\]]+)\]\((\w[\w-]*\.md[^)]*)\)/g,
    (_, words, page) => (home ? `[${words}](${home}/blob/v${version}/docs/${page})` : words),
  );
}

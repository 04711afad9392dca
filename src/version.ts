import { readFileSync } from 'node:fs';

/** The version in `package.json`, the only place that has it. */
export function readVersion(): string {
  return readPackage().version;
}

/** The URL of the source code of this build, if `package.json` names its repository. */
export function readSource(): string | undefined {
  return sourceOf(readPackage().repository);
}

/** The page of a repository that `package.json` names; `undefined` if a browser cannot open it. */
export function sourceOf(repository: unknown): string | undefined {
  const isObject = typeof repository === 'object' && repository !== null && 'url' in repository;
  const written = String(isObject ? repository.url : repository);
  return /^(?:git\+)?(https:\/\/[\w./~-]+?)(?:\.git)?$/.exec(written)?.[1];
}

function readPackage() {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
}

import { readFileSync } from 'node:fs';

/** The version of this package, which `package.json` alone decides. */
export function readVersion(): string {
  return readPackage().version;
}

/** Where a person finds the source of this build, if `package.json` has a repository that a browser can open. */
export function readSource(): string | undefined {
  const { repository } = readPackage();
  const written: unknown = typeof repository === 'object' ? repository?.url : repository;
  const [, url] = /^(?:git\+)?(https:\/\/[\w./~-]+?)(?:\.git)?$/.exec(String(written)) ?? [];
  return url;
}

function readPackage() {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
}

import { readFileSync } from 'node:fs';

/** The version of this package, which `package.json` alone decides. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return version;
}

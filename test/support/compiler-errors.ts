import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './pages.ts';

/**
 * The errors that the TypeScript compiler finds in a module, or an empty string. The module can import our installed packages.
 */
export function compilerErrors(source: string): string {
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'compiled-'));
  try {
    const file = join(folder, 'module.ts');
    writeFileSync(file, source);
    const args = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--ignoreConfig', file];
    return spawnSync(join(root, 'node_modules/.bin/tsc'), args, { encoding: 'utf8', cwd: root }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

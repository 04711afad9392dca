import { globSync } from 'node:fs';

// A process for each file would cost more than its tests do. `node --test` also runs each file by itself.
for (const file of globSync('unit/**/*.test.ts', { cwd: import.meta.dirname }).sort())
  await import(`./${file}`);

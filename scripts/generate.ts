import { readFileSync, writeFileSync } from 'node:fs';
import { readArguments } from './arguments.ts';
import { generatedFiles } from './generated-files.ts';

// Writes every generated file. With --check, writes nothing, but names the files that differ, and fails if there are any.
const { values } = readArguments('node scripts/generate.ts [--check]', {
  options: { check: { type: 'boolean', default: false } },
});
const outdated = (await generatedFiles()).filter(({ path, content }) => current(path) !== content);

for (const { path, content } of outdated) {
  if (!values.check) writeFileSync(fromRoot(path), content);
  process.stdout.write(`${path} ${values.check ? 'differs from what make docs writes' : 'written'}\n`);
}
if (values.check && outdated.length > 0) process.exitCode = 1;

function current(path: string): string | undefined {
  try {
    return readFileSync(fromRoot(path), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function fromRoot(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}

import { readFileSync } from 'node:fs';
import { readArguments, refuse } from '../arguments.ts';

// Prints the section of a version in CHANGELOG.md. If there is no such section, the exit code is 3.
const usage = 'node scripts/delivery/release-notes.ts VERSION';
const [version] = readArguments(usage, { allowPositionals: true }).positionals;
if (!version) refuse(usage);
const changelog = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8');
const [, ...sections] = changelog.split(/^## /m);
const section = sections.find((text) => text.split(/\s/, 1)[0] === version);

if (section === undefined) {
  process.stderr.write(`CHANGELOG.md has no section ${version}\n`);
  process.exitCode = 3;
} else {
  process.stdout.write(section.slice(section.indexOf('\n')).trimStart());
}

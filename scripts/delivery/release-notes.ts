import { readFileSync } from 'node:fs';

// Prints the section of a version in CHANGELOG.md: node scripts/delivery/release-notes.ts 1.2.3. Without one, the exit code is 3.
const [version = ''] = process.argv.slice(2);
const changelog = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8');
const [, ...sections] = changelog.split(/^## /m);
const section = sections.find((text) => text.split(/\s/, 1)[0] === version);

if (section === undefined) {
  process.stderr.write(`CHANGELOG.md has no section ${version}\n`);
  process.exitCode = 3;
} else {
  process.stdout.write(section.slice(section.indexOf('\n')).trimStart());
}

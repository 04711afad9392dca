import { type DocumentedSetting, defaultText } from './documented-setting.ts';
import { markdownTable } from './markdown-table.ts';

/** `docs/configuration.md`: how settings are given, then a row for each of them. */
export function configurationPage(settings: readonly DocumentedSetting[]): string {
  return `<!-- Written by \`make docs\` from src/config/settings.ts; edit that table instead. -->

# Configuration

This page lists every setting. \`tuohs serve\` reads them from environment variables, once, at the start; \`--port\` replaces \`PORT\`.

- Every default is safe in production. The service also runs if nothing is set.
- An explicit \`0\` is a value. An empty value means the default if *Accepts* says so. Otherwise, an empty value is wrong.
- A wrong value stops the start with exit code 2. Standard error then names every problem, not only the first.
- Contradictory values count as wrong: \`ATTEMPT_TIMEOUT_MS\` above \`REQUEST_DEADLINE_MS\`, the same number for \`PORT\` and
  \`ADMIN_PORT\`, \`REDIS_CA_FILE\` with \`redis://\`, \`CACHE_MAX_BYTES\` above half of Node's heap, \`SHOUTCLOUD_URL\` with \`--embedded-shoutcloud\`.
- A name that is not in the table is ignored. The first line of the log names all settings that differ from their default. If you
  misspelt a name, it is missing there.
- A setting with a name that ends in \`_MS\` is a time in milliseconds. If the name ends in \`_BYTES\`, it is a size in bytes.

${markdownTable(['Setting', 'Default', 'Accepts', 'Meaning'], settings.map(row))}

## Secrets

${secretsText(settings.filter(({ isSecret }) => isSecret))}

## A file with settings

\`.env.example\` lists every setting with its default. Copy it to \`.env\`, change what you need, and let Node 24 read it:

\`\`\`sh
cp .env.example .env
node_modules/.bin/node --env-file=.env src/main.ts serve
\`\`\`
`;
}

function row(setting: DocumentedSetting): string[] {
  const { name, is, says, isSecret } = setting;
  const meaning = isSecret ? `${says} A secret: \`${name}_FILE\` can name a file that holds it.` : says;
  return [`\`${name}\``, shownDefault(setting), is.accepts, meaning];
}

function shownDefault(setting: DocumentedSetting): string {
  const text = defaultText(setting);
  if (text === '') return 'none';
  return setting.name.endsWith('_BYTES') ? `\`${text}\`${binaryMultiple(Number(text))}` : `\`${text}\``;
}

function binaryMultiple(bytes: number): string {
  if (bytes === 0 || bytes % 1024 !== 0) return '';
  return bytes % 1024 ** 2 === 0 ? ` (${bytes / 1024 ** 2} MiB)` : ` (${bytes / 1024} KiB)`;
}

function secretsText(secrets: readonly DocumentedSetting[]): string {
  if (secrets.length === 0) return 'No setting is a secret.';
  const list = secrets.map(({ name }) => `- \`${name}\`, or \`${name}_FILE\``).join('\n');
  return `A secret comes from its variable, or from the file that \`NAME_FILE\` names, such as a mounted Kubernetes secret.
One line break at the end of the file is not part of the value. Setting both is an error.
The value of a secret appears in no log line and in no error message.

${list}`;
}

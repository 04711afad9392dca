import { type DocumentedSetting, defaultText } from './documented-setting.ts';

/** `.env.example`: each setting with its default, commented out, so that a copy of the file changes nothing. */
export function environmentExample(settings: readonly DocumentedSetting[]): string {
  const head = `# Written by \`make docs\` from src/config/settings.ts; edit that table instead.
# Copy this file to .env, remove the "#" from what you change, and run:
#   node_modules/.bin/node --env-file=.env src/main.ts serve
`;
  return [head, ...settings.map(entry)].join('\n');
}

function entry(setting: DocumentedSetting): string {
  const { name, is, says, isSecret } = setting;
  const lines = [`# ${says}`, `# Accepts ${is.accepts}.`];
  if (isSecret) lines.push(`# A secret: ${name}_FILE can name a file that holds it.`);
  return `${lines.map(oneLine).join('\n')}\n#${name}=${defaultText(setting)}\n`;
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}

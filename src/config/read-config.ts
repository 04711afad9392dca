import { readFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { combinationProblems } from './combinations.ts';
import type { Setting } from './setting.ts';
import { allSettings, type Config } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown for wrong settings; `problems` holds one sentence for each of them. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads all settings at once, for a process whose heap has this limit. A wrong one does not hide the next: the `ConfigError`
 * names every problem.
 */
export function readConfig(
  environment: Environment,
  heapBytes: number = getHeapStatistics().heap_size_limit,
): Config {
  const problems: string[] = [];
  const values = Object.entries(allSettings).map(([key, setting]) => {
    try {
      return [key, settingValue(setting, environment)];
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      return [key, undefined];
    }
  });
  problems.push(...combinationProblems(Object.fromEntries(values), heapBytes));
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.fromEntries(values) as Config;
}

function settingValue(setting: Setting<unknown>, environment: Environment): unknown {
  const text = setting.isSecret ? secretText(setting.name, environment) : environment[setting.name];
  if (text === undefined) return setting.byDefault;
  const parsed = setting.is.parse(text);
  if (parsed) return parsed.value ?? setting.byDefault;
  const shown = setting.isSecret ? '' : `, not ${JSON.stringify(withoutCredentials(text))}`;
  throw new Error(`${setting.name} must be ${setting.is.accepts}${shown}`);
}

/** Whatever may be a user name and password before the host of a URL is not shown. */
function withoutCredentials(text: string): string {
  return text.replace(/(?<=^|\/\/)[^\s]*@/, '***@');
}

/**
 * The value of this variable, or what the file holds that its `_FILE` twin names, but for the line break that mounted
 * secrets usually end in. Throws a sentence where both are set or the file cannot be read.
 */
export function secretText(name: string, environment: Environment): string | undefined {
  const file = environment[`${name}_FILE`];
  if (file === undefined) return environment[name];
  if (environment[name] !== undefined) throw new Error(`${name} and ${name}_FILE are both set: choose one`);
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new Error(`${name}_FILE cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

import { readFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { messageOf } from '../core/text-values.ts';
import type { Setting } from './kinds.ts';
import { allSettings, type Config } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown for wrong settings. `problems` holds one sentence for each of them. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Reads all settings, for a process with this heap limit. Throws a `ConfigError` that names every problem. */
export function readConfig(
  environment: Environment,
  heapBytes: number = getHeapStatistics().heap_size_limit,
): Config {
  const problems: string[] = [];
  const values = Object.entries(allSettings).map(([key, setting]) => {
    try {
      return [key, settingValue(setting, environment)];
    } catch (error) {
      problems.push(messageOf(error));
      return [key, undefined];
    }
  });
  problems.push(...combinationProblems(Object.fromEntries(values), heapBytes));
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.fromEntries(values) as Config;
}

function settingValue(setting: Setting<unknown>, environment: Environment): unknown {
  const text = setting.isSecret ? secretText(setting.name, environment) : environment[setting.name];
  if (text === undefined || (text === '' && setting.is.allowsEmpty)) return setting.byDefault;
  const value = setting.is.parse(text);
  if (value !== undefined) return value;
  const shown = setting.isSecret ? '' : `, not ${JSON.stringify(withoutCredentials(text))}`;
  throw new Error(`${setting.name} must be ${setting.is.accepts}${shown}`);
}

/** Hides the part before the host of a URL, which can be a user name and a password. */
function withoutCredentials(text: string): string {
  return text.replace(/(?<=^|\/\/)[^\s]*@/, '***@');
}

/**
 * The value of this variable, or the content of the file that `NAME_FILE` names, without the line break that mounted
 * secrets usually end with. Throws a `ConfigError` if both are set or the file cannot be read.
 */
export function secretText(name: string, environment: Environment): string | undefined {
  const file = environment[`${name}_FILE`];
  if (file === undefined) return environment[name];
  if (environment[name] !== undefined) {
    throw new ConfigError([`${name} and ${name}_FILE are both set: choose one`]);
  }
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new ConfigError([`${name}_FILE cannot be read: ${(error as NodeJS.ErrnoException).code}`]);
  }
}

/** The largest part of the heap that the memory cache can have. Requests under way and garbage collection need the rest. */
const CACHE_SHARE = 1 / 2;

/**
 * A sentence for each pair of settings that contradict each other, and for a cache that does not fit into the heap.
 * Settings that could not be read are not compared.
 */
function combinationProblems(config: Partial<Config>, heapBytes: number): string[] {
  const { attemptTimeoutMs = 0, requestDeadlineMs = Number.POSITIVE_INFINITY, port, adminPort } = config;
  const { redisUrl, redisCa, cacheMaxBytes = 0 } = config;
  const mostCacheBytes = Math.floor(heapBytes * CACHE_SHARE);
  const neededMiB = Math.ceil(cacheMaxBytes / CACHE_SHARE / 2 ** 20);
  const rules: readonly [isBroken: unknown, sentence: string][] = [
    [
      attemptTimeoutMs > requestDeadlineMs,
      `ATTEMPT_TIMEOUT_MS (${attemptTimeoutMs}) must not be above REQUEST_DEADLINE_MS (${requestDeadlineMs}): set both`,
    ],
    [port && port === adminPort, `PORT and ADMIN_PORT must differ: both are ${port}`],
    [
      redisCa !== undefined && redisUrl?.startsWith('redis:'),
      'REDIS_CA_FILE needs a REDIS_URL that starts with rediss://, not with redis://',
    ],
    [
      cacheMaxBytes > mostCacheBytes,
      `CACHE_MAX_BYTES (${cacheMaxBytes}) must not be above ${mostCacheBytes}, half of the heap that Node can use: start node with --max-old-space-size=${neededMiB} or more`,
    ],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, sentence]) => sentence);
}

/** Where traces are sent; `undefined` for no traces. `/v1/traces` is appended only to the general address (OTLP). */
export function traceEndpoint(config: Config): string | undefined {
  const { isOtelDisabled, tracesExporter, otlpTracesEndpoint, otlpEndpoint } = config;
  if (isOtelDisabled || tracesExporter === 'none') return undefined;
  return otlpTracesEndpoint ?? (otlpEndpoint && `${otlpEndpoint.replace(/\/$/, '')}/v1/traces`);
}

/**
 * The facts about the configuration in the first line of the log. A URL is reduced to its host, because the rest can be secret.
 * `settings` names all settings that differ from their default. If one that you have changed is missing, its name is misspelt.
 */
export function startFacts(config: Config) {
  const { host, shoutcloudUrl, redisUrl, webConcurrency } = config;
  const rows = Object.entries(allSettings) as [keyof Config, Setting<unknown>][];
  return {
    host: host ?? 'all addresses',
    upstream: new URL(shoutcloudUrl).host,
    ...(redisUrl !== undefined && { redis: new URL(redisUrl).host }),
    processes: webConcurrency,
    settings: rows.filter(([key, { byDefault }]) => config[key] !== byDefault).map(([, { name }]) => name),
  };
}

import { ConfigError, type Environment, secretText } from '../config/read-config.ts';

const VARIABLE = 'TUOHS_WATCH_NOTIFY';

/** How addresses are given, in the words of `--help`. */
export const NOTIFY_HELP = `webhooks to tell (${VARIABLE}, or the file that ${VARIABLE}_FILE names; else nobody)`;

/**
 * The addresses that `--notify` gives; else those of the environment variable, or of the file that its `_FILE` twin names,
 * with white space between them. Throws a `ConfigError` where the file cannot be read, or both are set.
 */
export function webhookAddresses(option: readonly string[] | undefined, environment: Environment): string[] {
  if (option) return [...option];
  try {
    return (secretText(VARIABLE, environment) ?? '').split(/\s+/).filter((address) => address !== '');
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  }
}

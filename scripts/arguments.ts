import { type ParseArgsConfig, parseArgs } from 'node:util';
import { messageOf } from '../src/core/text-values.ts';

/**
 * Reads the arguments of a script, as `parseArgs` of Node does. If the first one is `--help`, prints the usage and ends the
 * script with exit code 0. Wrong arguments end the script with exit code 2.
 */
export function readArguments<T extends ParseArgsConfig>(usage: string, config: T) {
  if (process.argv[2] === '--help') {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    return refuse(`${messageOf(error)}\n${usage}`);
  }
}

/** Ends a script with a sentence about its arguments and exit code 2. */
export function refuse(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}

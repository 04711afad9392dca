import assert from 'node:assert/strict';
import { ConfigError, type Environment, readConfig } from '../../../src/config/read-config.ts';

/** The messages about all mistakes in this environment. */
export function problemsOf(environment: Environment): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
}

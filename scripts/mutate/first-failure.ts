import { resolve } from 'node:path';
import { run } from 'node:test';

/** A test that takes longer waits for something that does not come. */
const TEST_MS = 60_000;

// Runs the test files in its arguments in this process. Exits with 0, or at the first failure with the number of its file, from 1.
const files = process.argv.slice(2);
run({ files, isolation: 'none', timeout: TEST_MS })
  .on('test:fail', ({ file }) => process.exit(1 + files.findIndex((each) => resolve(each) === file) || 255))
  .on('end', () => process.exit(0))
  .resume();
// With `isolation: 'none'`, an error after the end of its test does not fail any test.
process.on('uncaughtException', () => process.exit(255)).on('unhandledRejection', () => process.exit(255));

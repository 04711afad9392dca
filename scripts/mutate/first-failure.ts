import { resolve } from 'node:path';
import { run } from 'node:test';

/** The time limit of a test. A test that takes longer probably waits for something that will not happen. */
const TEST_MS = 60_000;

// Runs the test files in its arguments. Exits with 0, or at the first failure with the position of the failed file, counted from 1.
const files = process.argv.slice(2);
run({ files, isolation: 'none', timeout: TEST_MS })
  .on('test:fail', ({ file }) => process.exit(1 + files.findIndex((each) => resolve(each) === file) || 255))
  .on('end', () => process.exit(0))
  .resume();
// With `isolation: 'none'`, an error that comes after its test has ended fails no test, so it is handled here.
process.on('uncaughtException', () => process.exit(255)).on('unhandledRejection', () => process.exit(255));

import { run } from 'node:test';

// Runs the test files in its arguments in this process. Ends with 1 at the first failure, else with 0.
run({ files: process.argv.slice(2), isolation: 'none' })
  .on('test:fail', () => process.exit(1))
  .on('end', () => process.exit(0))
  .resume();
// With `isolation: 'none'`, an error that comes after its test has ended is no failure of any test.
process.on('uncaughtException', () => process.exit(1)).on('unhandledRejection', () => process.exit(1));

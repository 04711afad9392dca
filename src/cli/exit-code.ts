/** Ends a command with this exit code. What there was to say has been said. */
export class ExitCode extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit code ${exitCode}`);
    this.name = 'ExitCode';
    this.exitCode = exitCode;
  }
}

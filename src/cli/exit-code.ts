/** The exit code of a command that a signal ended before it was done. */
export const INTERRUPTED = 130;

/** Ends a command with this exit code. Everything there was to say has been said. */
export class ExitCode extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit code ${exitCode}`);
    this.name = 'ExitCode';
    this.exitCode = exitCode;
  }
}

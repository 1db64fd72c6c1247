/**
 * The command line itself is wrong: exit code 2. Thrown while an option is read, the parser of the command line adds
 * which one it was; that is what `code` and `exitCode` are for.
 */
export class UsageError extends Error {
  readonly code = 'commander.invalidArgument';
  readonly exitCode = 2;

  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

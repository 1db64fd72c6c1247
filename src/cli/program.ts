import { exitCodeOf, failureText } from './failure.js';
import { quickCommand } from './quick-command.js';

/**
 * Runs the command that the arguments (without `node` and script) name. Returns the exit code: 0 done, 1 refused or
 * failed, 2 wrong usage; why is on standard error by then. Without arguments it prints its help.
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  try {
    const quick = quickCommand(args);
    if (quick !== undefined) {
      await quick();
      return 0;
    }
    const { runCommandLine } = await import('./command-line.js');
    await runCommandLine(args.length === 0 ? ['--help'] : args);
    return 0;
  } catch (error) {
    process.stderr.write(failureText(error));
    return exitCodeOf(error);
  }
}

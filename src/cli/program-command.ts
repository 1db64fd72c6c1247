import { CommandRunner } from 'nest-commander';

/** A command as the parser of the command line sees it. */
export type ParserCommand = Parameters<CommandRunner['setCommand']>[0];

/** What every command of this program has in common: wrong usage is an error here, and never ends the process itself. */
export abstract class ProgramCommand extends CommandRunner {
  override setCommand(command: ParserCommand): this {
    command.exitOverride().allowExcessArguments(false);
    return super.setCommand(command);
  }
}

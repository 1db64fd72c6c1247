import { Module } from '@nestjs/common';
import { CommandFactory, CommandRunnerService } from 'nest-commander';
import { buildInfo } from '../telemetry/build-info.js';
import { HealthcheckCommand } from './healthcheck.command.js';
import {
  MigrateCommand,
  MigrateDownCommand,
  MigrateStatusCommand,
  MigrateUpCommand,
} from './migrate.command.js';
import { PrimeCommand } from './prime.command.js';
import { ProgramHelp } from './program-help.js';
import { ServeCommand } from './serve.command.js';
import { SyncCommand } from './sync.command.js';
import { ValidateCommand } from './validate.command.js';
import { VersionCommand } from './version.command.js';
import {
  ViewCommand,
  ViewCreateCommand,
  ViewListCommand,
  ViewRevokeCommand,
  ViewRotateCommand,
} from './view.command.js';

/** The commands, in the order of the help page. They load what they need only when they run. */
@Module({
  providers: [
    ProgramHelp,
    ServeCommand,
    ValidateCommand,
    SyncCommand,
    MigrateCommand,
    MigrateUpCommand,
    MigrateDownCommand,
    MigrateStatusCommand,
    PrimeCommand,
    ViewCommand,
    ViewCreateCommand,
    ViewListCommand,
    ViewRotateCommand,
    ViewRevokeCommand,
    HealthcheckCommand,
    VersionCommand,
  ],
})
class CommandsModule {}

/** Parses the arguments and runs their command. Whatever goes wrong is thrown: `failure.ts` knows what it means. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const commands = await CommandFactory.createWithoutRunning(CommandsModule, {
    logger: false,
    abortOnError: false,
    version: buildInfo().version,
    errorHandler: rethrow,
    serviceErrorHandler: rethrow,
    outputConfiguration: {
      outputError: (text, write) => write(`${text.trimEnd().replaceAll('\n', ' ')} (see --help)\n`),
    },
  });
  try {
    await commands.get(CommandRunnerService).run(['node', 'thv-registry-api', ...args]);
  } finally {
    await commands.close();
  }
}

function rethrow(error: Error): never {
  throw error;
}

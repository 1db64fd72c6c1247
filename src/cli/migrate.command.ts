import { Command, Option, SubCommand } from 'nest-commander';
import { type OutputFormat, parseOutputFormat } from './output-format.js';
import { ProgramCommand } from './program-command.js';
import { processTerminal } from './terminal.js';
import { UsageError } from './usage-error.js';

const CONFIG_FLAG = { flags: '--config <file>', description: 'configuration that names the database' };
const MAX_STEPS = 1000;

interface MigrateFlags {
  readonly config?: string;
  readonly yes?: boolean;
}

@SubCommand({ name: 'up', description: 'apply what is pending' })
export class MigrateUpCommand extends ProgramCommand {
  override async run(_args: string[], { config, yes = false }: MigrateFlags = {}): Promise<void> {
    const { runMigrateUp } = await import('./migrate.js');
    process.stdout.write(await runMigrateUp({ config, yes, terminal: processTerminal }));
  }

  @Option(CONFIG_FLAG)
  config(value: string): string {
    return value;
  }

  @Option({ flags: '-y, --yes', description: 'go on without asking' })
  yes(): boolean {
    return true;
  }
}

@SubCommand({ name: 'down', description: 'take the last migrations back: what they hold is lost' })
export class MigrateDownCommand extends ProgramCommand {
  override async run(
    _args: string[],
    { config, yes = false, numSteps = 0 }: MigrateFlags & { readonly numSteps?: number } = {},
  ): Promise<void> {
    const { runMigrateDown } = await import('./migrate.js');
    const terminal = processTerminal;
    process.stdout.write(await runMigrateDown({ config, yes, terminal, steps: numSteps }));
  }

  @Option({ flags: '-n, --num-steps <count>', description: 'how many, from 1 to 1000', required: true })
  numSteps(value: string): number {
    const steps = /^\d{1,4}$/.test(value) ? Number(value) : 0;
    if (steps >= 1 && steps <= MAX_STEPS) return steps;
    throw new UsageError(`--num-steps is a number from 1 to ${MAX_STEPS}`);
  }

  @Option(CONFIG_FLAG)
  config(value: string): string {
    return value;
  }

  @Option({ flags: '-y, --yes', description: 'go on without asking' })
  yes(): boolean {
    return true;
  }
}

@SubCommand({ name: 'status', description: 'show what is applied and what is pending' })
export class MigrateStatusCommand extends ProgramCommand {
  override async run(
    _args: string[],
    { config, format = 'text' }: { readonly config?: string; readonly format?: OutputFormat } = {},
  ): Promise<void> {
    const { readMigrations } = await import('./migrate.js');
    const { migrationsText } = await import('./migrations-text.js');
    process.stdout.write(migrationsText(await readMigrations(config), format));
  }

  @Option(CONFIG_FLAG)
  config(value: string): string {
    return value;
  }

  @Option({ flags: '--format <format>', description: 'text (default) or json' })
  format(value: string): OutputFormat {
    return parseOutputFormat(value);
  }
}

@Command({
  name: 'migrate',
  description: 'bring the schema of the database to where this program needs it',
  subCommands: [MigrateUpCommand, MigrateDownCommand, MigrateStatusCommand],
})
export class MigrateCommand extends ProgramCommand {
  override run(): Promise<void> {
    throw new UsageError('migrate needs one of up, down and status (see migrate --help)');
  }
}

import { Command, Help, Option } from 'nest-commander';
import { ProgramCommand } from './program-command.js';
import { processTerminal } from './terminal.js';

interface PrimeFlags {
  readonly config?: string;
  readonly passwordFile?: string;
  readonly dryRun?: boolean;
}

@Command({
  name: 'prime',
  aliases: ['prime-db'],
  description: 'make the database user that serves, with no right to change the schema',
  arguments: '[user]',
  argsDescription: { user: 'its name; else database.user of the configuration' },
})
export class PrimeCommand extends ProgramCommand {
  override async run([user]: string[], flags: PrimeFlags = {}): Promise<void> {
    const { runPrime } = await import('./prime.js');
    const { config, passwordFile, dryRun = false } = flags;
    process.stdout.write(await runPrime({ config, user, passwordFile, dryRun, terminal: processTerminal }));
  }

  @Option({ flags: '--config <file>', description: 'configuration that names the database' })
  config(value: string): string {
    return value;
  }

  @Option({ flags: '--password-file <file>', description: 'file that holds the password of the user' })
  passwordFile(value: string): string {
    return value;
  }

  @Option({ flags: '--dry-run', description: 'print the statements and run none' })
  dryRun(): boolean {
    return true;
  }

  @Help('after')
  password(): string {
    return `
It runs as database.migrationUser, which must be allowed to make roles. The password comes from --password-file; for
the user of the configuration from there; else it is asked for, or read from standard input. It can be run again.`;
  }
}

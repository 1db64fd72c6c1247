import { Command, Help, Option, SubCommand } from 'nest-commander';
import { type OutputFormat, parseOutputFormat } from './output-format.js';
import { ProgramCommand } from './program-command.js';
import { UsageError } from './usage-error.js';

const CONFIG_FLAG = {
  flags: '--config <file>',
  description: 'configuration that names registries and database',
};
const NAME = { arguments: '<name>', argsDescription: { name: 'name of the view' } };

interface ViewCommandFlags {
  readonly config?: string;
  readonly registry?: string;
  readonly claims?: string;
  readonly expires?: string;
  readonly allow?: string;
  readonly overlap?: string;
  readonly format?: OutputFormat;
}

@SubCommand({ name: 'create', description: 'make a view and show its address, this once', ...NAME })
export class ViewCreateCommand extends ProgramCommand {
  override async run([name = '']: string[], flags: ViewCommandFlags = {}): Promise<void> {
    const { createView } = await import('./view.js');
    const { config, registry, claims, expires, allow } = flags;
    process.stdout.write(await createView(config, { name, registry, claims, expires, allow }));
  }

  @Option({ flags: '--registry <name>', description: 'the registry that it shows', required: true })
  registry(value: string): string {
    return value;
  }

  @Option({ flags: '--claims <json>', description: 'what its callers may see: {"team":"web"}' })
  claims(value: string): string {
    return value;
  }

  @Option({ flags: '--expires <time>', description: 'when it ends: 2027-01-31T00:00:00Z' })
  expires(value: string): string {
    return value;
  }

  @Option({ flags: '--allow <networks>', description: 'where it may be used from: 10.0.0.0/8,192.0.2.7' })
  allow(value: string): string {
    return value;
  }

  @Option(CONFIG_FLAG)
  config(value: string): string {
    return value;
  }
}

@SubCommand({ name: 'list', description: 'show the stored views, without their tokens' })
export class ViewListCommand extends ProgramCommand {
  override async run(_args: string[], { config, format = 'text' }: ViewCommandFlags = {}): Promise<void> {
    const { listViews } = await import('./view.js');
    process.stdout.write(await listViews(config, format));
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

@SubCommand({
  name: 'rotate',
  description: 'give a view a new token and show its address, this once',
  ...NAME,
})
export class ViewRotateCommand extends ProgramCommand {
  override async run([name = '']: string[], { config, overlap }: ViewCommandFlags = {}): Promise<void> {
    const { rotateView } = await import('./view.js');
    process.stdout.write(await rotateView(config, name, overlap));
  }

  @Option({
    flags: '--overlap <duration>',
    description: 'how long the token before still works (24h); 0s: not at all',
  })
  overlap(value: string): string {
    return value;
  }

  @Option(CONFIG_FLAG)
  config(value: string): string {
    return value;
  }
}

@SubCommand({ name: 'revoke', description: 'end a view', ...NAME })
export class ViewRevokeCommand extends ProgramCommand {
  override async run([name = '']: string[], { config }: ViewCommandFlags = {}): Promise<void> {
    const { revokeView } = await import('./view.js');
    process.stdout.write(await revokeView(config, name));
  }

  @Option(CONFIG_FLAG)
  config(value: string): string {
    return value;
  }
}

@Command({
  name: 'view',
  description: 'addresses of registries for clients that cannot log in',
  subCommands: [ViewCreateCommand, ViewListCommand, ViewRotateCommand, ViewRevokeCommand],
})
export class ViewCommand extends ProgramCommand {
  override run(): Promise<void> {
    throw new UsageError('view needs one of create, list, rotate and revoke (see view --help)');
  }

  @Help('after')
  strength(): string {
    return `
Whoever has the address of a view reads what it shows: it is weaker than a login. Servers on PostgreSQL notice every
change at once. A server that uses the embedded store changes its views itself, with the routes of /v1/views.`;
  }
}

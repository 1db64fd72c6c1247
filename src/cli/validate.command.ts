import { Command, Help, Option } from 'nest-commander';
import { type OutputFormat, parseOutputFormat } from './output-format.js';
import { ProgramCommand } from './program-command.js';
import { UsageError } from './usage-error.js';

interface ValidateFlags {
  readonly config?: string;
  readonly strict?: boolean;
  readonly format?: OutputFormat;
}

@Command({
  name: 'validate',
  description: 'check registry files and a configuration, offline',
  arguments: '[files...]',
  argsDescription: { files: 'registry files in JSON: the formats that a file source reads' },
})
export class ValidateCommand extends ProgramCommand {
  override async run(files: string[], flags: ValidateFlags = {}): Promise<void> {
    if (files.length === 0 && flags.config === undefined) {
      throw new UsageError('nothing to validate: name registry files, or a configuration with --config');
    }
    const { validate } = await import('./validate.js');
    const { text, failure } = await validate({
      files,
      config: flags.config,
      strict: flags.strict === true,
      format: flags.format ?? 'text',
    });
    process.stdout.write(text);
    if (failure !== undefined) throw failure;
  }

  @Option({ flags: '--config <file>', description: 'configuration to check, with the local files it names' })
  config(value: string): string {
    return value;
  }

  @Option({ flags: '--strict', description: 'make errors of warnings' })
  strict(): boolean {
    return true;
  }

  @Option({ flags: '--format <format>', description: 'text (default) or json' })
  format(value: string): OutputFormat {
    return parseOutputFormat(value);
  }

  @Help('after')
  severities(): string {
    return `
What a sync would refuse is an error (exit code 1). What only the official registry refuses is a warning, or an
error with --strict. What it merely remarks on is info and never fails.`;
  }
}

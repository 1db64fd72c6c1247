import { Command, Option } from 'nest-commander';
import { buildInfo } from '../telemetry/build-info.js';
import { type OutputFormat, parseOutputFormat } from './output-format.js';
import { ProgramCommand } from './program-command.js';
import { versionText } from './version-text.js';

@Command({ name: 'version', description: 'print version, commit, build date, Node version and platform' })
export class VersionCommand extends ProgramCommand {
  override async run(_args: string[], options: { readonly format?: OutputFormat } = {}): Promise<void> {
    process.stdout.write(versionText(buildInfo(), options.format ?? 'text'));
  }

  @Option({ flags: '--format <format>', description: 'text (default) or json' })
  format(value: string): OutputFormat {
    return parseOutputFormat(value);
  }
}

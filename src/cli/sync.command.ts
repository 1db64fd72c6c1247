import { Command, Help, Option } from 'nest-commander';
import { DomainError } from '../common/domain-error.js';
import type { SyncOnceOptions } from '../sync-once.js';
import { ProgramCommand } from './program-command.js';

interface SyncFlags {
  readonly config?: string;
  readonly dryRun?: boolean;
}

@Command({
  name: 'sync',
  description: 'read the sources once and show what changed',
  arguments: '[sources...]',
  argsDescription: { sources: 'names of the sources; all of them when none is named' },
})
export class SyncCommand extends ProgramCommand {
  override async run(sources: string[], flags: SyncFlags = {}): Promise<void> {
    const { syncOnce } = await import('../sync-once.js');
    const { syncReportText } = await import('./sync-report.js');
    const { roundDisplay } = await import('./sync-progress-bar.js');
    const dryRun = flags.dryRun === true;
    const display = roundDisplay(process.stderr);
    const onProgress: SyncOnceOptions['onProgress'] = (source, progress) => display.show(source, progress);
    const failed: string[] = [];
    for await (const report of syncOnce({ config: flags.config, sources, dryRun, onProgress })) {
      display.end();
      process.stdout.write(syncReportText(report, dryRun));
      if ('error' in report) failed.push(report.source);
    }
    if (failed.length > 0) throw new DomainError('source-unavailable', `Not synced: ${failed.join(', ')}`);
  }

  @Option({ flags: '--config <file>', description: 'configuration that names the sources and the store' })
  config(value: string): string {
    return value;
  }

  @Option({ flags: '--dry-run', description: 'read and compare, and write nothing' })
  dryRun(): boolean {
    return true;
  }

  @Help('after')
  store(): string {
    return `
How far a round is shows on a terminal. The store must not be in use: stop the server first, or let it sync by itself. Lines that begin with + are added,
~ changed, - removed and ! refused. The exit code is 1 when a source could not be read.`;
  }
}

import { Logger } from '@nestjs/common';
import { isDomainError } from '../common/domain-error.js';
import { type FileWatch, watchFile } from '../common/file-watch.js';
import { planReload } from './config-reload.js';
import { type LoadOptions, loadConfig } from './config.loader.js';
import type { LiveConfig } from './live-config.js';

/**
 * Reads the configuration again when its file changes, or when told to. A reading with problems changes nothing and
 * says why.
 */
export class ConfigReloader {
  private readonly logger = new Logger('Config');
  private watch: FileWatch | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly live: LiveConfig,
    private readonly options: LoadOptions,
  ) {}

  /** Watches the file from now on. */
  start(): void {
    const { path } = this.options;
    if (path === undefined) return;
    this.watch = watchFile(
      path,
      () => void this.reload(),
      (reason) => this.logger.warn(`${path} cannot be watched (${reason}): send SIGHUP after a change`),
    );
  }

  stop(): void {
    this.watch?.close();
  }

  /** Reads once more, after readings under way. Never rejects. */
  reload(): Promise<void> {
    this.last = this.last.then(() => this.read());
    return this.last;
  }

  private async read(): Promise<void> {
    try {
      const { config, warnings } = await loadConfig(this.options);
      for (const { message, location } of warnings) {
        this.logger.warn(`${location ?? 'configuration'}: ${message}`);
      }
      const { config: next, changed, waiting } = planReload(this.live.current, config);
      if (waiting.length > 0)
        this.logger.warn(`Changes of ${waiting.join(', ')} take effect at the next start`);
      if (changed.length === 0) return this.logger.log('The configuration was read again: nothing new');
      this.live.replace(next);
      this.logger.log(`The configuration was read again: new ${changed.join(' and ')}`);
    } catch (error) {
      this.report(error);
    }
  }

  private report(error: unknown): void {
    this.logger.error(
      `The configuration was not read again, the one before stays: ${error instanceof Error ? error.message : String(error)}`,
    );
    if (!isDomainError(error)) return;
    for (const { message, location } of error.problems.slice(1)) {
      this.logger.error(`${location ?? 'configuration'}: ${message}`);
    }
  }
}

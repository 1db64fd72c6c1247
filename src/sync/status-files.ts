import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { pathSegment } from '../common/path-segment.js';
import { LiveConfig } from '../config/live-config.js';
import { isWritable } from '../database/embedded-store.js';
import { SyncProgress } from './sync-progress.js';
import { syncStatus } from './sync-status.js';

const FOLDER = 'sources';
const FILE = 'status.json';

/**
 * With the embedded store on disk, each source's status is also in `sources/NAME/status.json` below
 * `fileStorage.baseDir`, for whoever looks at files. A file is replaced as a whole, and only when it changes.
 */
@Injectable()
export class StatusFiles implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Sync');
  /** What each source's file holds, by name. */
  private readonly written = new Map<string, string>();
  /** The sources for which files were last kept. */
  private lastNames: readonly string[] | undefined;
  private subscription: Subscription | undefined;
  private writing: Promise<void> | undefined;
  private isStale = false;
  private isTold = false;

  constructor(
    private readonly config: LiveConfig,
    private readonly progress: SyncProgress,
  ) {}

  async onModuleInit(): Promise<void> {
    const { database, fileStorage } = this.config.current;
    if (database !== undefined || fileStorage.memoryOnly || !(await isWritable(fileStorage.baseDir))) return;
    this.subscription = this.progress.changed.subscribe(() => this.follow());
  }

  async onApplicationShutdown(): Promise<void> {
    this.subscription?.unsubscribe();
    await this.writing;
  }

  private follow(): void {
    this.isStale = true;
    this.writing ??= this.catchUp().finally(() => (this.writing = undefined));
  }

  private async catchUp(): Promise<void> {
    while (this.isStale) {
      this.isStale = false;
      try {
        const sources = this.progress.all();
        await this.forgetOthers(sources.map(({ name }) => name));
        for (const source of sources) {
          const text = `${JSON.stringify({ name: source.name, ...syncStatus(source) }, null, 2)}\n`;
          if (this.written.get(source.name) !== text) await this.write(source.name, text);
        }
        this.isTold = false;
      } catch (error) {
        this.complain(error);
      }
    }
  }

  private async write(name: string, text: string): Promise<void> {
    const parent = join(this.config.current.fileStorage.baseDir, FOLDER);
    const folder = join(parent, pathSegment(name));
    const fresh = join(folder, `${FILE}.${randomUUID()}`);
    await makeFolder(parent);
    await makeFolder(folder);
    try {
      await writeFile(fresh, text, { mode: 0o600, flag: 'wx' });
      await rename(fresh, join(folder, FILE));
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    }
    this.written.set(name, text);
  }

  /** A file of a source that is not configured any more would tell of something that never changes again. */
  private async forgetOthers(names: readonly string[]): Promise<void> {
    if (this.lastNames?.join('\n') === names.join('\n')) return;
    const parent = join(this.config.current.fileStorage.baseDir, FOLDER);
    const configured = new Set(names.map(pathSegment));
    const present = await readdir(parent).catch(() => []);
    for (const segment of present) {
      const folder = join(parent, segment);
      const files = await readdir(folder).catch(() => []);
      const isGone = !configured.has(segment);
      // What a process left that was killed while it wrote goes as well.
      const ours = files.filter((file) => file.startsWith(`${FILE}.`) || (isGone && file === FILE));
      for (const file of ours) await rm(join(folder, file), { force: true });
      if (isGone) await rmdir(folder).catch(() => undefined);
    }
    for (const name of this.written.keys()) if (!names.includes(name)) this.written.delete(name);
    this.lastNames = names;
  }

  /** Once, and not again until it went well: the server works without these files. */
  private complain(error: unknown): void {
    if (!this.isTold) this.logger.warn(`${FILE} could not be written: ${String(error)}`);
    this.isTold = true;
  }
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { mode: 0o750 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

import { watch, type FSWatcher } from 'node:fs';
import { directoryIdentity, fileState, watchPoints, type FileState } from './watch-points.js';

/** Silence after an event before it counts, in milliseconds: whoever writes a file writes it in pieces. */
const QUIET_MS = 100;
/** Events that never stop count after this time, in milliseconds. */
const LONGEST_WAIT_MS = 1_000;
/** How often the directories are looked for while they keep changing. */
const ATTEMPTS = 5;

/** A watch that lasts until it is closed; nothing is called afterwards. */
export interface FileWatch {
  close(): void;
}

/**
 * Calls `onChange` after a file has changed, appeared or gone, by whatever means: written in place, replaced by another,
 * through links that are swapped, with directories that go and come back. When the system cannot watch, `onLost` is
 * called once, with the reason, and nothing any more.
 */
export function watchFile(path: string, onChange: () => void, onLost: (reason: string) => void): FileWatch {
  return new PathWatch(path, onChange, onLost);
}

class PathWatch implements FileWatch {
  /** By directory and its identity. */
  private watchers = new Map<string, FSWatcher>();
  private timer: NodeJS.Timeout | undefined;
  private firstEventAt: number | undefined;
  private state: FileState = { key: '', isSettled: true };
  private looking = false;
  private closed = false;

  constructor(
    private readonly path: string,
    private readonly onChange: () => void,
    private readonly onLost: (reason: string) => void,
  ) {
    void this.begin();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  private readonly onEvent = (): void => {
    if (this.closed) return;
    const now = Date.now();
    this.firstEventAt ??= now;
    const wait = Math.min(QUIET_MS, this.firstEventAt + LONGEST_WAIT_MS - now);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), Math.max(wait, 0));
    this.timer.unref();
  };

  /** Takes the state before anything is watched, so that a change in between is told. */
  private async begin(): Promise<void> {
    this.state = await fileState(this.path);
    await this.look(true);
  }

  /** Watches what there is to watch now, and then tells whether the file is another one. */
  private async look(isFirst = false): Promise<void> {
    // The look under way may have passed what has changed: one more follows it.
    if (this.looking) return this.onEvent();
    this.looking = true;
    this.firstEventAt = undefined;
    try {
      await this.placeWatchers();
      const before = this.state;
      this.state = await fileState(this.path);
      const isSame = this.state.key === before.key && (before.isSettled || isFirst);
      if (!isSame && !this.closed) this.onChange();
    } catch (error) {
      this.giveUp(error);
    } finally {
      this.looking = false;
    }
  }

  /** Repeats itself while directories change, because what happened before a watch began was not seen. */
  private async placeWatchers(): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const wanted = new Map<string, string>();
      for (const point of await watchPoints(this.path)) {
        wanted.set(`${point} ${await directoryIdentity(point)}`, point);
      }
      if (this.closed) return;
      const isSettled =
        wanted.size === this.watchers.size && [...wanted.keys()].every((key) => this.watchers.has(key));
      if (isSettled) return;
      for (const [key, watcher] of this.watchers) {
        if (wanted.has(key)) continue;
        watcher.close();
        this.watchers.delete(key);
      }
      for (const [key, point] of wanted) this.add(key, point);
    }
  }

  private add(key: string, directory: string): void {
    if (this.watchers.has(key)) return;
    try {
      const watcher = watch(directory, { persistent: false }, this.onEvent);
      watcher.on('error', (error) => this.giveUp(error));
      this.watchers.set(key, watcher);
    } catch (error) {
      // A directory that has just gone is looked for again.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  private giveUp(error: unknown): void {
    if (this.closed) return;
    this.close();
    this.onLost((error as NodeJS.ErrnoException).code ?? String(error));
  }
}

import type { FetchedFile, FetchSummary } from '../source-provider.js';
import { formatRevision, type FeedState, hashOf, type WholeLists } from './api-revision.js';
import { ChangeWindow, OVERLAP_S } from './change-window.js';
import { probeFeed } from './feed-probe.js';
import type { RegistryReading } from './registry-reading.js';

/** What a reading of everything has to know to prepare the next round. */
export interface FullReadingOptions {
  /** When it begins. */
  readonly now: Date;
  /** The stretch of time it is in; absent when the next round is to read everything, too. */
  readonly slot?: number;
  /** Called when the registry turns out not to understand questions for changes. */
  readonly onNoFeed: () => void;
}

/** Reads all lists, and finds out from where on the next round may ask for changes. */
export class FullReading {
  private readonly window: ChangeWindow;
  private done: FetchSummary | undefined;

  constructor(
    private readonly reading: RegistryReading,
    private readonly options: FullReadingOptions,
  ) {
    this.window = new ChangeWindow(secondsOf(options.now));
  }

  async *files(): AsyncGenerator<FetchedFile> {
    const { reading, window } = this;
    const began = performance.now();
    const servers = yield* reading.whole('servers', ({ items }) => {
      for (const item of items) window.add(item);
    });
    const tookMs = performance.now() - began;
    const skills = yield* reading.whole('skills');
    const plugins = yield* reading.whole('plugins');
    const lists = { ...(skills !== undefined && { skills }), ...(plugins !== undefined && { plugins }) };
    const feed = await this.feed(lists, tookMs);
    const content = hashOf(servers ?? '', skills ?? '', plugins ?? '');
    const revision = formatRevision({ content, ...(feed && { feed }) });
    this.done = { revision, bytes: reading.bytes };
  }

  summary(): FetchSummary {
    if (this.done === undefined) throw new Error('The registry was not read to its end');
    return this.done;
  }

  private async feed(lists: WholeLists, tookMs: number): Promise<FeedState | undefined> {
    const { slot, onNoFeed } = this.options;
    const { latest } = this.window;
    if (slot === undefined || latest === undefined) return undefined;
    const { client, root, limits } = this.reading.options;
    const habits = await probeFeed(client, root, limits);
    if (habits === undefined) {
      onNoFeed();
      return undefined;
    }
    const { current: limit } = limits;
    return {
      root: root.pathname.slice(root.pathname.lastIndexOf('/') + 1),
      slot,
      ...positionAfter(this.window, latest, tookMs),
      ...(limit !== undefined && { limit }),
      ...habits,
      lists,
    };
  }
}

/** Seconds since 1970. */
export function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

/**
 * The position after a reading whose last change is `latest`. What changed while it lasted may have been on a page that
 * was read before, so a long reading counts from its beginning; what lies in the overlap is unknown then.
 */
export function positionAfter(
  window: ChangeWindow,
  latest: number,
  tookMs: number,
): Pick<FeedState, 'position' | 'sum' | 'count'> {
  const tookS = Math.ceil(tookMs / 1000);
  if (tookS <= OVERLAP_S / 2) return { position: latest, ...window.after(latest - OVERLAP_S) };
  return { position: Math.max(0, latest - tookS), sum: '', count: 0 };
}

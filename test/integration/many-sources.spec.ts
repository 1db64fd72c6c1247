import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { SourceConfig } from '../../src/config/registry-config.js';
import type { Fetched, FetchContext, SourceProvider } from '../../src/sources/source-provider.js';
import { registryFile, serverJson } from '../support/documents.js';
import { EmbeddedDatabase } from '../support/embedded-database.js';
import { ScheduledRounds } from '../support/scheduled-rounds.js';
import { filesOf, stubSource } from '../support/stub-source.js';

const MINUTE = 60_000;
const INTERVAL = 10 * MINUTE;
const INTERVALS = 100;
/** How far the clock goes at once. */
const STEP = INTERVAL / 10;
/** Every so many fetches a good source holds something new. */
const NEWS_EVERY = 10;

const good = names('good', 20);
const unchanged = names('unchanged', 10);
const failing = names('fails', 10);
const hanging = names('hangs', 10);
const all = [...good, ...unchanged, ...failing, ...hanging];

const never = new Promise<never>(() => {});
const realTimeout = globalThis.setTimeout;

/** The upstreams of all fifty, which note when they are asked for what. */
class Upstreams implements SourceProvider<'file'> {
  readonly kind = 'file';
  readonly abilities = { watchable: false, incremental: false, cheapCheck: true };
  /** Times of the fetches of each source, in milliseconds. */
  readonly fetches = new Map<string, number[]>(all.map((name) => [name, []]));
  /** The signal of the last fetch that hangs, or has hung. */
  readonly open = new Map<string, AbortSignal>();
  overlaps = 0;
  readonly wholeReads = new Map<string, number>();

  async fetch({ name }: SourceConfig, { knownRevision, signal }: FetchContext): Promise<Fetched> {
    if (this.open.get(name)?.aborted === false) this.overlaps += 1;
    this.open.set(name, signal);
    const times = this.fetches.get(name) ?? [];
    times.push(Date.now());
    if (name.startsWith('hangs')) return hang(Number(name.slice(-1)) % 2 === 0 ? signal : undefined);
    this.open.delete(name);
    if (name.startsWith('fails')) throw new Error('This upstream is broken');
    const hasNews = name.startsWith('good') && times.length % NEWS_EVERY === 0;
    if (knownRevision !== undefined && !hasNews) return { changed: false, revision: knownRevision };
    this.wholeReads.set(name, (this.wholeReads.get(name) ?? 0) + 1);
    const title = `As of fetch ${times.length}`;
    return filesOf(
      registryFile([serverJson(`${name}/a`), serverJson(`${name}/changes`, '1.0.0', { title })]),
    );
  }
}

/** Half of them never even notice that their round was given up. */
function hang(signal: AbortSignal | undefined): Promise<never> {
  if (signal === undefined) return never;
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

let db: EmbeddedDatabase;

beforeAll(async () => {
  Logger.overrideLogger(false);
  db = await EmbeddedDatabase.open();
});

afterEach(() => vi.useRealTimers());
afterAll(() => db.close());

function names(what: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${what}-${index}`);
}

function sourceNamed(name: string): SourceConfig {
  const retry = { maxAttempts: 3, initialDelayMs: MINUTE, maxDelayMs: INTERVAL };
  const policy = { intervalMs: INTERVAL, timeoutMs: 35 * MINUTE, retry, allowMassRemoval: false };
  return { ...stubSource(name), syncPolicy: policy };
}

it(
  'ten sources that hang and ten that fail hold up none of the others, for a hundred intervals',
  { timeout: 300_000 },
  async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const upstreams = new Upstreams();
    let begun = 0;
    db.sources.begun.subscribe(() => (begun += 1));
    const rounds = await ScheduledRounds.start(db, upstreams, all.map(sourceNamed));
    /** The clock stands still until every round has ended that does not wait for its upstream. */
    const settle = async () => {
      while (!all.every((name) => rounds.isIdle(name) || upstreams.open.has(name))) {
        await new Promise((resolve) => realTimeout(resolve, 1));
      }
    };
    await settle();
    const writtenOnce = await rowsOf(unchanged);

    const start = Date.now();
    while (Date.now() < start + INTERVALS * INTERVAL) {
      vi.advanceTimersByTime(STEP);
      await settle();
    }
    const seen = Date.now();
    const fetched = new Map([...upstreams.fetches].map(([name, times]) => [name, [...times]]));
    vi.useRealTimers();
    await rounds.stop();

    const gaps = (name: string) => {
      const times = [...(fetched.get(name) ?? []), seen];
      return times.slice(1).map((time, index) => time - (times[index] ?? 0));
    };
    for (const name of [...good, ...unchanged]) {
      expect(Math.max(...gaps(name))).toBeLessThanOrEqual(INTERVAL + STEP);
      expect(Math.min(...gaps(name).slice(0, -1))).toBeGreaterThanOrEqual(0.9 * INTERVAL - STEP);
    }
    for (const name of failing) expect(Math.max(...gaps(name))).toBeLessThanOrEqual(INTERVAL + STEP);
    for (const name of hanging) expect(fetched.get(name)?.length).toBeGreaterThan(20);
    expect(upstreams.overlaps).toBe(0);
    expect(sum([...upstreams.fetches.values()].map((times) => times.length))).toBe(begun);

    expect(await rowsOf(unchanged)).toEqual(writtenOnce);
    for (const name of unchanged) expect(upstreams.wholeReads.get(name)).toBe(1);
    for (const name of good) {
      const times = upstreams.fetches.get(name)?.length ?? 0;
      expect(upstreams.wholeReads.get(name)).toBe(1 + Math.floor(times / NEWS_EVERY));
    }
    const titles = new Map((await db.touched()).map(({ name, title }) => [name, title]));
    for (const name of good) {
      const last = NEWS_EVERY * Math.floor((upstreams.fetches.get(name)?.length ?? 0) / NEWS_EVERY);
      expect(titles.get(`${name}/changes`)).toBe(`As of fetch ${last}`);
    }
  },
);

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The stored rows of these sources, down to the transaction that wrote each. */
function rowsOf(sources: readonly string[]): Promise<unknown> {
  return db.dataSource.query(
    `SELECT v.id, v.revision, v.xmin::text AS xmin FROM entry_version v JOIN entry e ON e.id = v.entry_id
      WHERE e.source = ANY($1) ORDER BY v.id`,
    [sources],
  );
}

import { DomainError, type DomainErrorCode } from '../../common/domain-error.js';
import type { FetchedFile, FetchedNothing, FetchedStream, FetchSummary } from '../source-provider.js';
import { type ApiRevision, type FeedState, formatRevision, hashOf } from './api-revision.js';
import { ChangeWindow, OVERLAP_S } from './change-window.js';
import { positionAfter } from './full-reading.js';
import type { ListPage } from './api-pages.js';
import { filesOf, type RegistryReading } from './registry-reading.js';

/** What the last round knew, and when this one begins. */
export interface ChangesRequest {
  readonly known: ApiRevision & { readonly feed: FeedState };
  /** Seconds since 1970 by our clock. */
  readonly now: number;
  /** Called when the registry does not answer the question for changes as it used to. */
  readonly onUnfit: () => void;
}

/** How a registry shows that it cannot be asked for changes; an expensive question may take it too long. */
const QUESTION_FAILURES = new Set<DomainErrorCode>([
  'upstream-failed',
  'upstream-not-found',
  'upstream-truncated',
  'invalid-source-data',
  'time-limit-exceeded',
]);
const OPTIONAL_LISTS = ['skills', 'plugins'] as const;

/**
 * Asks for what changed since the last round. Undefined when everything has to be read instead: the registry does not
 * answer as it used to, something is gone without a trace, or one of the lists changed that have no times.
 * @throws DomainError as a reading of everything does where another question would not help
 */
export async function readChanges(
  reading: RegistryReading,
  request: ChangesRequest,
): Promise<FetchedNothing | FetchedStream | undefined> {
  if (!(await sameLists(reading, request.known.feed))) return undefined;
  const changes = new ChangesReading(reading, request);
  const pages = changes.pages();
  const first = await pages.next().catch(questionFails);
  if (first === undefined || first.done === true || !changes.isPlausible) {
    request.onUnfit();
    return undefined;
  }
  const { value: page } = first;
  if (page.nextCursor === undefined) {
    await pages.next();
    if (!changes.isComplete) return undefined;
    const { revision } = changes.summary();
    if (revision === formatRevision(request.known)) return { changed: false, revision };
  }
  return {
    scope: 'changes',
    changed: 'unknown',
    files: filesFrom(page, pages),
    summary: () => changes.summary(),
  };
}

/** True when the lists without times hold what they held. */
async function sameLists(reading: RegistryReading, { lists }: FeedState): Promise<boolean> {
  for (const list of OPTIONAL_LISTS) {
    if (lists[list] === undefined) continue;
    const whole = reading.whole(list);
    let step = await whole.next();
    while (step.done !== true) step = await whole.next();
    if (step.value !== lists[list]) return false;
  }
  return true;
}

/** Failures of the question itself are met by reading everything; whatever else is wrong stays wrong then. */
function questionFails(error: unknown): undefined {
  if (!(error instanceof DomainError) || !QUESTION_FAILURES.has(error.code)) throw error;
}

async function* filesFrom(first: ListPage, others: AsyncGenerator<ListPage>): AsyncGenerator<FetchedFile> {
  yield* filesOf(first);
  for await (const page of others) yield* filesOf(page);
}

/** One reading of the servers that changed. */
class ChangesReading {
  private readonly since: number;
  private readonly window: ChangeWindow;
  private plausible = true;
  private done: FetchSummary | undefined;

  constructor(
    private readonly reading: RegistryReading,
    private readonly request: ChangesRequest,
  ) {
    this.since = Math.max(0, request.known.feed.position - OVERLAP_S);
    this.window = new ChangeWindow(request.now, this.since);
  }

  /** False as soon as something came that did not change since: the registry does not do what it was asked for. */
  get isPlausible(): boolean {
    return this.plausible;
  }

  /** False when less came than was there already: it is gone, or the registry keeps it back. */
  get isComplete(): boolean {
    return this.plausible && this.window.afterCut().count >= this.request.known.feed.count;
  }

  async *pages(): AsyncGenerator<ListPage> {
    const { includeDeleted } = this.request.known.feed;
    const since = new Date(this.since * 1000).toISOString().replace('.000Z', 'Z');
    const began = performance.now();
    for await (const page of this.reading.pages('servers', { since, includeDeleted })) {
      for (const item of page.items) {
        if (item.updatedAt !== undefined && item.updatedAt < this.since) this.plausible = false;
        this.window.add(item, this.request.now);
      }
      yield page;
    }
    this.done = { revision: this.revision(performance.now() - began), bytes: this.reading.bytes };
  }

  summary(): FetchSummary {
    if (this.done === undefined) throw new Error('The changes were not read to their end');
    return this.done;
  }

  private revision(tookMs: number): string {
    const { known } = this.request;
    const { sum, count } = this.window.afterCut();
    if (this.isComplete && sum === known.feed.sum && count === known.feed.count) return formatRevision(known);
    const content = hashOf(known.content, sum, String(count));
    // Without its feed, so that the next round reads everything.
    if (!this.isComplete) return formatRevision({ content });
    const latest = Math.max(known.feed.position, this.window.latest ?? 0);
    return formatRevision({
      content,
      feed: { ...known.feed, ...positionAfter(this.window, latest, tookMs) },
    });
  }
}

import { createHash } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Clock } from '../common/clock.js';
import { DomainError, isDomainError } from '../common/domain-error.js';
import { formatDuration } from '../common/duration.js';
import { Turns } from '../common/turns.js';
import { untilAborted } from '../common/until-aborted.js';
import type { SourceConfig } from '../config/registry-config.js';
import type { CatalogChange } from '../database/catalog-change.js';
import { EntryWriter } from '../database/entry-writer.js';
import type { SourceLease } from '../database/source-leases.js';
import { EntryStore } from '../database/stores/entry.store.js';
import { SourceStore } from '../database/stores/source.store.js';
import { filterFingerprint } from '../model/name-filter.js';
import { SOURCE_PROVIDERS, type SourceProviders, type SourceWatch } from '../sources/source-provider.js';
import { CLOCK } from './clock.token.js';
import { FetchedTexts } from './fetched-texts.js';
import { logRound } from './round-line.js';
import type { ReaderRules, RoundPlan } from './round-reader.js';
import type { PreparedRound, RoundResult } from './round-result.js';
import { RoundThread } from './round-thread.js';
import { changeOf, RoundInPlace, type RoundWork } from './round-work.js';
import { isMassRemoval } from './sync-plan.js';

/**
 * Counts up when reading, a check or conversion changes, so that stored sources are read and checked again after an
 * upgrade: until then what is stored passes for checked.
 */
const READER_VERSION = 1;
/** Sources that are fetched at once: waiting costs little, and one that hangs holds up nobody. */
const OPEN_FETCHES = 64;
/** Threads that read and compare at once. Nobody waits for an upstream in one. */
const HEAVY_ROUNDS = 4;
/** Stored versions that are compared without a thread: those of one page. */
const PAGES_IN_PLACE = 1;

/** What the last successful round of a source left. */
export interface KnownState {
  readonly sourceRevision: string | null;
  readonly rulesFingerprint: string | null;
}

/** How far a round is. */
export interface RoundProgress {
  readonly phase: 'reading' | 'writing';
  /** Documents read, or rows written. */
  readonly done: number;
  /** Rows that will have been written at the end. */
  readonly total?: number;
}

export interface RoundRequest {
  readonly source: SourceConfig;
  readonly signal: AbortSignal;
  /** When the next round is due, if this one succeeds. */
  readonly nextAttempt: Date;
  readonly known: KnownState;
  /** The right to write the result; without it nothing keeps others from writing at the same time. */
  readonly lease?: Pick<SourceLease, 'token'>;
  readonly onProgress?: (progress: RoundProgress) => void;
}

/** What came of a fetch that brought something. */
interface Gathered {
  readonly sourceRevision: string;
  readonly bytes: number;
  readonly scope: ReaderRules['scope'];
}

/** Runs one round of a source: fetch, read, filter, compare, write in one transaction. */
@Injectable()
export class SyncService {
  private readonly logger = new Logger('Sync');
  private readonly fetches = new Turns(OPEN_FETCHES);
  private readonly heavyRounds = new Turns(HEAVY_ROUNDS);

  constructor(
    @Inject(SOURCE_PROVIDERS) private readonly providers: SourceProviders,
    private readonly sources: SourceStore,
    private readonly entries: EntryStore,
    private readonly writer: EntryWriter,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * A round ends soon after its signal, even if the provider never does.
   * @throws DomainError when the round fails; what is stored of the source is then as it was
   */
  async run(request: RoundRequest): Promise<RoundResult> {
    const startedAt = this.clock.now();
    const result = await this.carryOut(request, startedAt);
    const durationMs = this.clock.now().getTime() - startedAt.getTime();
    logRound(this.logger, { source: request.source.name, durationMs }, result);
    return result;
  }

  private async carryOut(request: RoundRequest, startedAt: Date): Promise<RoundResult> {
    const { source, signal, nextAttempt } = request;
    await this.sources.begin(source.name, startedAt);
    const result = await this.withRound(request, async (round, change): Promise<RoundResult> => {
      refuseMassRemoval(source, request.known, round);
      signal.throwIfAborted();
      const { plan, ...names } = round;
      const endedAt = this.clock.now();
      const outcome = { ...plan, ...names, startedAt, endedAt, nextAttempt };
      const revision = await this.writer.commit(source.name, change, outcome, request.lease);
      return { outcome: 'changed', revision, round };
    });
    return result ?? this.confirm(request);
  }

  /**
   * The round up to its plan, which is not carried out. Undefined when the source is as it was.
   * @throws DomainError when the source cannot be read
   */
  prepare(request: Omit<RoundRequest, 'nextAttempt'>): Promise<PreparedRound | undefined> {
    return this.withRound(request, (round) => Promise.resolve(round));
  }

  /** Watches a source between its rounds; undefined when it is of a kind that cannot be, or does not need to be. */
  watch(source: SourceConfig, onChange: () => void): SourceWatch | undefined {
    return this.providers.get(source.kind)?.watch?.(source, onChange);
  }

  /** Fetches, then reads and compares, and gives what came of it to `use`, while its change can be pulled. */
  private async withRound<Result>(
    request: Omit<RoundRequest, 'nextAttempt'>,
    use: (round: PreparedRound, change: CatalogChange) => Promise<Result>,
  ): Promise<Result | undefined> {
    const { source, signal, known } = request;
    const rulesFingerprint = fingerprintRules(source);
    const areKept = known.rulesFingerprint === rulesFingerprint;
    const knownRevision = areKept ? known.sourceRevision : null;
    const texts = new FetchedTexts();
    try {
      const gathered = await this.fetches.take(signal, () => this.gather(request, knownRevision, texts));
      if (gathered === undefined || gathered.sourceRevision === knownRevision) return undefined;
      const { scope, ...names } = gathered;
      const pages = await this.entries.headPages(source.name);
      const rules = { ...rulesOf(source, scope), areKept };
      const files = pages.length > PAGES_IN_PLACE ? undefined : texts.inMemory;
      const go = async (work: RoundWork) => {
        const plan = await this.compare(request, work, pages);
        return use({ plan, ...names, rulesFingerprint }, changeOf(work, plan, progressOf(request, plan)));
      };
      if (files !== undefined) return await go(new RoundInPlace(rules, files));
      const spooled = await texts.inScratch();
      return await this.heavyRounds.take(signal, () =>
        closing(new RoundThread({ rules, spooled }, signal), go),
      );
    } catch (error) {
      throw signal.aborted && !isDomainError(error) ? stopped(source, signal) : error;
    } finally {
      await texts.close();
    }
  }

  /** Fetches into `texts`. In a method of its own, so that what the provider holds is free when it ends. */
  private async gather(
    { source, signal }: Pick<RoundRequest, 'source' | 'signal'>,
    knownRevision: string | null,
    texts: FetchedTexts,
  ): Promise<Gathered | undefined> {
    const context = { signal, ...(knownRevision !== null && { knownRevision }) };
    const fetched = await untilAborted(signal, this.provider(source).fetch(source, context));
    if (!fetched.changed) return undefined;
    await texts.take(fetched.files, signal);
    const { revision: sourceRevision, bytes } = fetched.changed === true ? fetched : fetched.summary();
    const scope = (fetched.changed === 'unknown' && fetched.scope) || 'everything';
    return { sourceRevision, bytes, scope };
  }

  private async compare(
    { source, signal, onProgress }: Omit<RoundRequest, 'nextAttempt'>,
    work: RoundWork,
    pages: readonly string[],
  ): Promise<RoundPlan> {
    for await (const heads of this.entries.heads(pages)) {
      signal.throwIfAborted();
      await work.store(heads);
    }
    for await (const refused of this.entries.quarantined(source.name)) await work.storeRefused(refused);
    return work.read(this.clock.now(), (done) => onProgress?.({ phase: 'reading', done }));
  }

  private async confirm({ source, nextAttempt, lease }: RoundRequest): Promise<RoundResult> {
    await this.sources.confirm(source.name, { endedAt: this.clock.now(), nextAttempt, lease });
    return { outcome: 'unchanged' };
  }

  private provider(source: SourceConfig) {
    const provider = this.providers.get(source.kind);
    if (provider !== undefined) return provider;
    throw new DomainError('not-supported', `Sources of kind ${source.kind} are not supported yet`);
  }
}

async function closing<Result>(work: RoundWork, use: (work: RoundWork) => Promise<Result>): Promise<Result> {
  try {
    return await use(work);
  } finally {
    await work.close();
  }
}

function rulesOf({ format, filter }: SourceConfig, scope: ReaderRules['scope']): ReaderRules {
  return { scope, ...(format !== undefined && { format }), ...(filter !== undefined && { filter }) };
}

function progressOf({ onProgress }: Pick<RoundRequest, 'onProgress'>, plan: RoundPlan) {
  const total = plan.added + plan.changed + plan.removed;
  let done = 0;
  return (rows: number) => {
    done = Math.min(done + rows, total);
    onProgress?.({ phase: 'writing', done, total });
  };
}

/** What to say of a round that its signal ended. */
function stopped({ name, syncPolicy }: SourceConfig, { reason }: AbortSignal): DomainError {
  const isLate = reason instanceof Error && reason.name === 'TimeoutError';
  if (!isLate) return new DomainError('aborted', `The round of ${name} was stopped`, { cause: reason });
  const limit = formatDuration(syncPolicy.timeoutMs);
  const message = `The round took longer than syncPolicy.timeout (${limit}); nothing was changed`;
  return new DomainError('time-limit-exceeded', message, { cause: reason });
}

/** An edited filter or address may remove what it likes: somebody decided so. */
function refuseMassRemoval(
  source: SourceConfig,
  known: KnownState,
  { plan, rulesFingerprint }: PreparedRound,
): void {
  const isDecided = source.syncPolicy.allowMassRemoval || known.rulesFingerprint !== rulesFingerprint;
  if (isDecided || !isMassRemoval(plan)) return;
  throw new DomainError(
    'conflict',
    `would remove ${plan.entriesLost} of ${plan.entriesBefore} entries, which looks like an accident; nothing was ` +
      'changed. Set syncPolicy.allowMassRemoval to let it happen',
  );
}

/** Where the source lies belongs to it: what another place holds is compared afresh, and may remove what it likes. */
function fingerprintRules(source: SourceConfig): string {
  const { name: _name, syncPolicy: _policy, filter, claims: _claims, format, ...place } = source;
  const location = createHash('sha256').update(JSON.stringify(place)).digest('base64url');
  return JSON.stringify([READER_VERSION, format ?? null, filterFingerprint(filter), location]);
}

import { createHash } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import type { SourceConfig } from '../config/registry-config.js';
import { isEmptyChange } from '../database/catalog-change.js';
import { EntryWriter } from '../database/entry-writer.js';
import type { SourceLease } from '../database/source-leases.js';
import { EntryStore } from '../database/stores/entry.store.js';
import { SourceStore } from '../database/stores/source.store.js';
import type { RefusedDocument } from '../model/entry.js';
import { compileFilter, filterFingerprint } from '../model/name-filter.js';
import { SOURCE_PROVIDERS, type SourceProviders, type SourceWatch } from '../sources/source-provider.js';
import { CLOCK } from './clock.token.js';
import { keepingRefusals, readFiles } from './source-content.js';
import { isMassRemoval, planSync, type SyncPlan } from './sync-plan.js';

/** Counts up when reading or conversion changes, so that stored sources are read again after an upgrade. */
const READER_VERSION = 1;

/** What one round did. */
export type RoundResult =
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'changed'; readonly revision: number; readonly round: PreparedRound };

/** What the last successful round of a source left. */
export interface KnownState {
  readonly sourceRevision: string | null;
  readonly rulesFingerprint: string | null;
}

export interface RoundRequest {
  readonly source: SourceConfig;
  readonly signal: AbortSignal;
  /** When the next round is due, if this one succeeds. */
  readonly nextAttempt: Date;
  readonly known: KnownState;
  /** The right to write the result; without it nothing keeps others from writing at the same time. */
  readonly lease?: Pick<SourceLease, 'token'>;
}

/** A round that was read and compared, and not written. */
export interface PreparedRound {
  readonly plan: SyncPlan;
  readonly refused: readonly RefusedDocument[];
  readonly sourceRevision: string;
  readonly rulesFingerprint: string;
  readonly bytes: number;
}

/** Runs one round of a source: fetch, read, filter, compare, write in one transaction. */
@Injectable()
export class SyncService {
  private readonly logger = new Logger('Sync');

  constructor(
    @Inject(SOURCE_PROVIDERS) private readonly providers: SourceProviders,
    private readonly sources: SourceStore,
    private readonly entries: EntryStore,
    private readonly writer: EntryWriter,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws DomainError when the round fails; what is stored of the source is then as it was. */
  async run(request: RoundRequest): Promise<RoundResult> {
    const { source, signal, nextAttempt } = request;
    const startedAt = this.clock.now();
    await this.sources.begin(source.name, startedAt);
    const prepared = await this.prepare(request);
    if (prepared === undefined) return this.confirm(source, nextAttempt);
    const { plan } = prepared;
    refuseMassRemoval(source, request.known, prepared);
    signal.throwIfAborted();
    const endedAt = this.clock.now();
    const outcome = { ...plan, ...prepared, startedAt, endedAt, nextAttempt };
    const revision = await this.writer.commit(source.name, plan, outcome, request.lease);
    this.report(source, prepared);
    return { outcome: 'changed', revision, round: prepared };
  }

  /**
   * The round up to its plan, which is not carried out. Undefined when the source is as it was.
   * @throws DomainError when the source cannot be read
   */
  async prepare({
    source,
    signal,
    known,
  }: Omit<RoundRequest, 'nextAttempt'>): Promise<PreparedRound | undefined> {
    const rulesFingerprint = fingerprintRules(source);
    const knownRevision = known.rulesFingerprint === rulesFingerprint ? known.sourceRevision : null;
    const context = { signal, ...(knownRevision && { knownRevision }) };
    const fetched = await this.provider(source).fetch(source, context);
    if (!fetched.changed) return undefined;
    const content = await readFiles(fetched.files, source.format);
    const { revision: sourceRevision, bytes } = fetched.changed === true ? fetched : fetched.summary();
    if (sourceRevision === knownRevision) return undefined;
    const accepts = compileFilter(source.filter);
    const desired = content.documents.filter((document) =>
      accepts({ ...document, tags: document.facets.tags }),
    );
    const keeping = keepingRefusals(content, source.filter);
    const plan = planSync(await this.entries.heads(source.name), desired, keeping, this.clock.now());
    return { plan, refused: content.refused, sourceRevision, rulesFingerprint, bytes };
  }

  /** Watches a source between its rounds; undefined when it is of a kind that cannot be, or does not need to be. */
  watch(source: SourceConfig, onChange: () => void): SourceWatch | undefined {
    return this.providers.get(source.kind)?.watch?.(source, onChange);
  }

  private async confirm(source: SourceConfig, nextAttempt: Date): Promise<RoundResult> {
    await this.sources.confirm(source.name, { endedAt: this.clock.now(), nextAttempt });
    this.logger.debug(`${source.name}: unchanged`);
    return { outcome: 'unchanged' };
  }

  private provider(source: SourceConfig) {
    const provider = this.providers.get(source.kind);
    if (provider !== undefined) return provider;
    throw new DomainError('not-supported', `Sources of kind ${source.kind} are not supported yet`);
  }

  private report(source: SourceConfig, { plan, refused, sourceRevision }: PreparedRound): void {
    const numbers = `${plan.added} added, ${plan.changed} changed, ${plan.removed} removed, ${plan.unchanged} unchanged`;
    const text = `${source.name}: ${numbers}, ${refused.length} refused (revision ${sourceRevision.slice(0, 12)})`;
    if (refused.length > 0) this.logger.warn(text);
    else if (!isEmptyChange(plan)) this.logger.log(text);
  }
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

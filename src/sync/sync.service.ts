import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import type { SourceConfig } from '../config/registry-config.js';
import { EntryWriter } from '../database/entry-writer.js';
import { EntryStore } from '../database/stores/entry.store.js';
import { SourceStore } from '../database/stores/source.store.js';
import { compileFilter, filterFingerprint } from '../model/name-filter.js';
import { SOURCE_PROVIDERS, type Fetched, type SourceProviders } from '../sources/source-provider.js';
import { CLOCK } from './clock.token.js';
import { readFiles } from './source-content.js';
import { isEmptyPlan, planSync, type SyncPlan } from './sync-plan.js';

/** Counts up when reading or conversion changes, so that stored sources are read again after an upgrade. */
const READER_VERSION = 1;

/** What one round did. */
export type RoundResult =
  | { readonly outcome: 'unchanged' }
  | {
      readonly outcome: 'changed';
      readonly revision: number;
      readonly plan: SyncPlan;
      readonly refused: number;
    };

export interface RoundRequest {
  readonly source: SourceConfig;
  readonly signal: AbortSignal;
  /** When the next round is due, if this one succeeds. */
  readonly nextAttempt: Date;
  /** Fetch and compare although the source says that nothing changed. */
  readonly known: { readonly sourceRevision: string | null; readonly rulesFingerprint: string | null };
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
    const { source, signal, known, nextAttempt } = request;
    const startedAt = this.clock.now();
    const rulesFingerprint = fingerprintRules(source);
    await this.sources.begin(source.name, startedAt);
    const sameRules = known.rulesFingerprint === rulesFingerprint;
    const knownRevision = sameRules ? known.sourceRevision : null;
    const fetched = await this.provider(source).fetch(source, {
      signal,
      ...(knownRevision && { knownRevision }),
    });
    if (!fetched.changed) return this.confirm(source, nextAttempt);
    const content = readFiles(fetched.files, source.format);
    const accepts = compileFilter(source.filter);
    const desired = content.documents.filter((document) =>
      accepts({ ...document, tags: document.facets.tags }),
    );
    const plan = planSync(await this.entries.heads(source.name), desired, content.refused);
    signal.throwIfAborted();
    const revision = await this.writer.commit(source.name, plan, {
      ...plan,
      startedAt,
      endedAt: this.clock.now(),
      sourceRevision: fetched.revision,
      rulesFingerprint,
      bytes: fetched.bytes,
      refused: content.refused,
      nextAttempt,
    });
    this.report(source, plan, content.refused.length, fetched);
    return { outcome: 'changed', revision, plan, refused: content.refused.length };
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

  private report(source: SourceConfig, plan: SyncPlan, refused: number, fetched: Fetched): void {
    const numbers = `${plan.added} added, ${plan.changed} changed, ${plan.removed} removed, ${plan.unchanged} unchanged`;
    const text = `${source.name}: ${numbers}, ${refused} refused (revision ${fetched.revision.slice(0, 12)})`;
    if (refused > 0) this.logger.warn(text);
    else if (!isEmptyPlan(plan)) this.logger.log(text);
  }
}

function fingerprintRules(source: SourceConfig): string {
  return JSON.stringify([READER_VERSION, source.format ?? null, filterFingerprint(source.filter)]);
}

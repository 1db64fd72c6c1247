import { Injectable, Logger } from '@nestjs/common';
import { systemClock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import type { SourceConfig } from '../../config/registry-config.js';
import type { FetchContext, FetchedNothing, FetchedStream, SourceProvider } from '../source-provider.js';
import { AccessTokens } from './access-tokens.js';
import { registryRoots } from './api-address.js';
import { ApiClient } from './api-client.js';
import { credentialsOf } from './api-credentials.js';
import { findRegistry } from './api-probe.js';
import { parseRevision, slotOf } from './api-revision.js';
import { readChanges } from './changes-reading.js';
import { FullReading, secondsOf } from './full-reading.js';
import { PageLimits } from './page-limits.js';
import { RegistryReading } from './registry-reading.js';

/** A request is tried again sooner than a round: longest pause before the second try, in milliseconds. */
const MAX_RETRY_MS = 1000;

type ApiSource = SourceConfig & { readonly kind: 'api' };

/** One round of one source. */
interface Round {
  readonly source: ApiSource;
  readonly context: FetchContext;
  readonly client: ApiClient;
  readonly now: Date;
  /** Absent where changes are never asked for. */
  readonly slot: number | undefined;
}

/**
 * Reads another registry that speaks v0.1 of the registry API, whoever made it, page by page: all versions of its
 * servers, and the latest of its skills and plugins, which is all that those lists show. Of a registry that understands
 * `updated_since` later rounds read only what changed, and everything once in `fullSyncInterval`.
 */
@Injectable()
export class ApiProvider implements SourceProvider<'api'> {
  readonly kind = 'api';
  readonly abilities = { watchable: false, incremental: true, cheapCheck: false };

  private readonly logger = new Logger('Api');
  private readonly tokens = new AccessTokens();
  private readonly told = new Set<string>();

  async fetch(source: ApiSource, context: FetchContext): Promise<FetchedNothing | FetchedStream> {
    const { api: settings, syncPolicy } = source;
    const { signal } = context;
    if (signal.aborted) throw new DomainError('aborted', 'Reading the registry was stopped');
    const credentials = credentialsOf(settings, this.tokens);
    const retryMs = Math.min(syncPolicy.retry.initialDelayMs, MAX_RETRY_MS);
    const client = new ApiClient({ settings, signal, retryMs, ...(credentials && { credentials }) });
    const now = systemClock.now();
    const { incremental, fullSyncIntervalMs, endpoint } = settings;
    const slot = incremental ? slotOf(now, fullSyncIntervalMs, endpoint) : undefined;
    const round = { source, context, client, now, slot };
    return (await this.changes(round)) ?? this.everything(round);
  }

  /** Undefined when everything has to be read. */
  private async changes(round: Round): Promise<FetchedNothing | FetchedStream | undefined> {
    const { source, context, client, now, slot } = round;
    const known = parseRevision(context.knownRevision);
    const feed = known?.feed;
    if (known === undefined || feed === undefined || feed.slot !== slot) return undefined;
    const { endpoint, maxSize } = source.api;
    const root = registryRoots(endpoint).find(({ pathname }) => pathname.endsWith(`/${feed.root}`));
    if (root === undefined) return undefined;
    const reading = new RegistryReading({ client, root, maxSize, limits: PageLimits.from(feed.limit) });
    const onUnfit = () => this.tell(source);
    return readChanges(reading, { known: { ...known, feed }, now: secondsOf(now), onUnfit });
  }

  private async everything({ source, client, now, slot }: Round): Promise<FetchedStream> {
    const { endpoint, maxSize } = source.api;
    const root = await findRegistry(client, endpoint);
    const reading = new RegistryReading({ client, root, maxSize, limits: new PageLimits() });
    const onNoFeed = () => this.tell(source);
    const full = new FullReading(reading, { now, onNoFeed, ...(slot !== undefined && { slot }) });
    return { changed: 'unknown', files: full.files(), summary: () => full.summary() };
  }

  /** Once for each registry, so that nobody has to guess why its rounds take long. */
  private tell({ name, api }: ApiSource): void {
    const key = `${name} ${api.endpoint}`;
    if (this.told.has(key)) return;
    this.told.add(key);
    this.logger.log(`${name} does not understand updated_since: every round reads all of it`);
  }
}

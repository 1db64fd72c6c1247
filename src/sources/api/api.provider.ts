import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import type { SourceConfig } from '../../config/registry-config.js';
import type {
  FetchContext,
  FetchedFile,
  FetchedStream,
  FetchSummary,
  SourceProvider,
} from '../source-provider.js';
import { AccessTokens } from './access-tokens.js';
import { API_LISTS, type ApiList } from './api-address.js';
import { ApiClient } from './api-client.js';
import { credentialsOf } from './api-credentials.js';
import { readList } from './api-pages.js';
import { findRegistry } from './api-probe.js';

/** A request is tried again sooner than a round: longest pause before the second try, in milliseconds. */
const MAX_RETRY_MS = 1000;

type ApiSource = SourceConfig & { readonly kind: 'api' };

/**
 * Reads another registry that speaks v0.1 of the registry API, whoever made it, page by page: all versions of its
 * servers, and the latest of its skills and plugins, which is all that those lists show. `maxSize` bounds each page.
 */
@Injectable()
export class ApiProvider implements SourceProvider<'api'> {
  readonly kind = 'api';
  readonly abilities = { watchable: false, incremental: false, cheapCheck: false };

  private readonly tokens = new AccessTokens();

  async fetch({ api: settings, syncPolicy }: ApiSource, { signal }: FetchContext): Promise<FetchedStream> {
    if (signal.aborted) throw new DomainError('aborted', 'Reading the registry was stopped');
    const credentials = credentialsOf(settings, this.tokens);
    const retryMs = Math.min(syncPolicy.retry.initialDelayMs, MAX_RETRY_MS);
    const client = new ApiClient({ settings, signal, retryMs, ...(credentials && { credentials }) });
    const root = await findRegistry(client, settings.endpoint);
    const reading = new RegistryReading(client, root);
    return { changed: 'unknown', files: reading.files(), summary: () => reading.summary() };
  }
}

/** One reading of all lists, with the hash of what was in them. */
class RegistryReading {
  private readonly hash = createHash('sha256');
  private bytes = 0;
  private done: FetchSummary | undefined;

  constructor(
    private readonly client: ApiClient,
    private readonly root: URL,
  ) {}

  async *files(): AsyncGenerator<FetchedFile> {
    for (const list of Object.keys(API_LISTS) as ApiList[]) {
      this.hash.update(`${list}\n`);
      for await (const { origin, text, fingerprints } of readList(this.client, this.root, list)) {
        this.bytes += Buffer.byteLength(text);
        for (const fingerprint of fingerprints) this.hash.update(`${fingerprint}\n`);
        // An empty list may be null, which says nothing about a format.
        if (fingerprints.length > 0) yield { origin, text };
      }
    }
    this.done = { revision: this.hash.digest('hex'), bytes: this.bytes };
  }

  summary(): FetchSummary {
    if (this.done === undefined) throw new Error('The registry was not read to its end');
    return this.done;
  }
}

import type { ApiSettings, SourceConfig } from '../../src/config/registry-config.js';
import type { ApiProvider } from '../../src/sources/api/api.provider.js';
import type { FetchSummary } from '../../src/sources/source-provider.js';
import { fileSource, serverJson } from './documents.js';
import { listedServer } from './upstream-registry.js';

/** A source that reads another registry, as the configuration describes it. */
export type ApiSource = SourceConfig & { readonly kind: 'api' };

/** A source that reads the registry at `endpoint`, tries again within milliseconds, and is patient for 5 s. */
export function apiSource(endpoint: string, changes: Partial<ApiSettings> = {}): ApiSource {
  const { name, syncPolicy } = fileSource({ data: '' });
  const api: ApiSettings = {
    endpoint,
    timeoutMs: 5_000,
    incremental: true,
    fullSyncIntervalMs: 86_400_000,
    maxSize: 100 * 1024 * 1024,
    ...changes,
  };
  return { name, kind: 'api', api, syncPolicy };
}

/** What was read of an upstream: how many servers, skills and plugins, and how all of it is named. */
export interface ReadRegistry extends FetchSummary {
  readonly count: number;
}

/** Reads everything that the source offers. */
export async function readAll(
  provider: ApiProvider,
  source: ApiSource,
  signal: AbortSignal = AbortSignal.timeout(20_000),
): Promise<ReadRegistry> {
  const fetched = await provider.fetch(source, { signal });
  let count = 0;
  for await (const { text } of fetched.files) {
    const lists = JSON.parse(text) as Record<'servers' | 'skills' | 'plugins', unknown[] | undefined>;
    for (const list of [lists.servers, lists.skills, lists.plugins]) count += list?.length ?? 0;
  }
  return { count, ...fetched.summary() };
}

/** So many servers, as the official registry lists them. */
export function manyServers(count: number): object[] {
  return Array.from({ length: count }, (_, index) => {
    return listedServer(serverJson(`many/${String(index).padStart(4, '0')}`));
  });
}

import type { SourceConfig, SyncPolicy } from '../../src/config/registry-config.js';
import type { StoredVersion } from '../../src/database/stores/entry.store.js';
import type { VersionDocument } from '../../src/model/entry.js';

/** A source of files, as the configuration describes it. */
export type FileSource = SourceConfig & { readonly kind: 'file' };

/** What a test wants to differ from the usual document. */
export type DocumentChanges = Partial<VersionDocument> & { readonly name: string };

/** A server's version as a source would yield it, version 1.0.0 unless told otherwise. */
export function versionDocument(changes: DocumentChanges): VersionDocument {
  const { name, version = '1.0.0' } = changes;
  const description = changes.facets?.description ?? `What ${name} does`;
  return {
    kind: 'server',
    version,
    document: JSON.stringify({ name, description, version }),
    status: 'active',
    facets: { description, tags: [], tools: [], registryTypes: [], transports: [] },
    ...changes,
  };
}

/** A `server.json` that every client takes. */
export function serverJson(name: string, version = '1.0.0', more: object = {}): object {
  return { name, description: `What ${name} does`, version, ...more };
}

/** The text of a registry file in the form of a list response. */
export function registryFile(servers: readonly object[]): string {
  return JSON.stringify({ servers });
}

/** The text of a registry file that holds version 1.0.0 of each name. */
export function registryFileOf(...names: readonly string[]): string {
  return registryFile(names.map((name) => serverJson(name)));
}

const QUICK_POLICY: SyncPolicy = {
  intervalMs: 20,
  timeoutMs: 10_000,
  retry: { maxAttempts: 5, initialDelayMs: 5, maxDelayMs: 20 },
  allowMassRemoval: true,
};

/** A source that is read every 20 ms: from a path, or from the text itself. */
export function fileSource(
  file: { readonly path: string } | { readonly data: string },
  changes: Partial<Omit<FileSource, 'kind' | 'file'>> & { readonly maxSize?: number } = {},
): FileSource {
  const { maxSize = 100 * 1024 * 1024, ...rest } = changes;
  return {
    name: 'one',
    kind: 'file',
    file: { ...file, maxSize, timeoutMs: 30_000 },
    syncPolicy: QUICK_POLICY,
    ...rest,
  };
}

/** A row as the store hands it to the catalogue: active, published and changed at the epoch, in source `one`. */
export function storedVersion(changes: Partial<StoredVersion> & { readonly name: string }): StoredVersion {
  const { name, version = '1.0.0' } = changes;
  const epoch = new Date(0);
  return {
    id: '1',
    source: 'one',
    kind: 'server',
    claims: null,
    version,
    document: JSON.stringify({ name, version }),
    original: null,
    envelopeMeta: null,
    status: 'active',
    statusMessage: null,
    isLatest: true,
    isDropped: false,
    revision: 1,
    statusChangedAt: epoch,
    publishedAt: epoch,
    updatedAt: epoch,
    title: null,
    description: '',
    tags: [],
    tools: [],
    registryTypes: [],
    transports: [],
    ...changes,
  };
}

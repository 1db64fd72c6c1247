/** What a registry holds. A skill's and a plugin's name is `namespace/name`. */
export const ENTRY_KINDS = ['server', 'skill', 'plugin'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** `archived` exists for skills and plugins only; `deleted` marks a tombstone. */
export const ENTRY_STATUSES = ['active', 'deprecated', 'archived', 'deleted'] as const;
export type EntryStatus = (typeof ENTRY_STATUSES)[number];

/** Formats in which sources keep entries: ToolHive's map of servers, or the standard's documents. */
export const REGISTRY_FORMATS = ['toolhive', 'upstream'] as const;
export type RegistryFormat = (typeof REGISTRY_FORMATS)[number];

/** What indexes and filters need of a document. Derived from it, never the other way round. */
export interface EntryFacets {
  readonly title?: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly tools: readonly string[];
  /** Package registries of a server or skill (`npm`, `oci`, `git`…), without repeats. */
  readonly registryTypes: readonly string[];
  /** Transports of a server's packages and remotes, without repeats. */
  readonly transports: readonly string[];
}

/** Names one version in a source. */
export interface VersionRef {
  readonly kind: EntryKind;
  readonly name: string;
  readonly version: string;
}

/** One version of an entry as read from a source and found harmless for every known client. */
export interface VersionDocument extends VersionRef {
  /** The source's own short key (ToolHive format), which name filters match too. */
  readonly sourceKey?: string;
  /** The document, compact, token by token as its author wrote it. */
  readonly document: string;
  /** The ToolHive entry that `document` was converted from, compact. */
  readonly original?: string;
  /** Members of the envelope's `_meta` that are not the registry's own, as a compact JSON object. */
  readonly envelopeMeta?: string;
  /** Claims that the source gives to the entry, as compact JSON (`{}`: none). Absent: it says nothing about them. */
  readonly claims?: string;
  readonly status: EntryStatus;
  readonly statusMessage?: string;
  /** When the upstream says it was published or its status changed. */
  readonly publishedAt?: Date;
  readonly statusChangedAt?: Date;
  readonly facets: EntryFacets;
}

/** What is served of a version: equal parts give equal answers. */
export type ServedParts = Omit<VersionDocument, 'kind' | 'name' | 'version' | 'facets'>;

/** A document that was refused, and why. It never sinks its neighbours. */
export interface RefusedDocument {
  readonly kind: EntryKind;
  /** As far as it could be read. */
  readonly name?: string;
  readonly version?: string;
  /** JSON pointer of the document in its file. */
  readonly pointer: string;
  /** Every problem, each located by a JSON pointer relative to the document (`""` is the document). */
  readonly problems: readonly { readonly pointer: string; readonly reason: string }[];
}

/** What reading one file of a source yields. */
export interface RegistryContent {
  readonly format: RegistryFormat;
  readonly documents: readonly VersionDocument[];
  /** Versions of which the file holds exactly what is stored of them. */
  readonly stored: readonly VersionRef[];
  readonly refused: readonly RefusedDocument[];
  /** `meta.last_updated` or `last_updated` of the file, when it is there. */
  readonly lastUpdated?: string;
}

/** A server document of a generated catalogue: valid by the official schema. */
export interface GeneratedServer {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly [member: string]: unknown;
}

export interface CatalogueOptions {
  /** Number of names; a fifth of them have 2 to 4 versions. */
  readonly entries: number;
  /** 1 when absent. */
  readonly seed?: number;
  /** `2kb` (the default): every document about 2 KB. `real`: sizes as in published catalogues. */
  readonly mode?: 'real' | '2kb';
  /** Only the names of one part: `index` from 0 of `of` parts, for catalogues over several sources. */
  readonly part?: { readonly index: number; readonly of: number };
}

export interface GeneratedCatalogue {
  readonly $schema: string;
  readonly version: string;
  readonly meta: { readonly last_updated: string };
  readonly data: { readonly servers: readonly GeneratedServer[] };
}

/** Makes a catalogue in the upstream registry file format. The same options always give the same catalogue. */
export function generateCatalogue(options: CatalogueOptions): GeneratedCatalogue;

/** The server documents of `generateCatalogue`, one at a time. */
export function catalogueDocuments(options: CatalogueOptions): Generator<GeneratedServer>;

/** The same catalogue as the text of its file, in pieces. */
export function catalogueText(options: CatalogueOptions): Generator<string>;

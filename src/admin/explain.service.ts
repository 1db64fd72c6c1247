import { Injectable } from '@nestjs/common';
import { type CatalogEntry, isAlive } from '../catalog/catalog-entry.js';
import { CatalogService } from '../catalog/catalog.service.js';
import { DomainError } from '../common/domain-error.js';
import { LiveConfig } from '../config/live-config.js';
import type { RegistryDefinition } from '../config/registry-config.js';
import type { Claims, VisibilitySet } from '../model/claims.js';
import { ENTRY_KINDS, type EntryKind } from '../model/entry.js';

/** How one source of a registry stands to an entry. */
export interface ExplainedSource {
  readonly source: string;
  readonly sourceClaims?: Claims;
  readonly entryClaims?: Claims;
  readonly versions: readonly { readonly version: string; readonly status: string }[];
  readonly visible: boolean;
  readonly wins: boolean;
  readonly reason: string;
}

/** How one registry stands to an entry, its sources in the order of precedence. */
export interface ExplainedRegistry {
  readonly registry: string;
  readonly claims?: Claims;
  readonly readable: boolean;
  readonly reason: string;
  readonly sources: readonly ExplainedSource[];
}

/** Who sees an entry, and why: for every registry which source has it, which one wins, and what hides the others. */
@Injectable()
export class ExplainService {
  constructor(
    private readonly config: LiveConfig,
    private readonly catalog: CatalogService,
  ) {}

  /** @throws DomainError `not-found` when no source has an entry of this name */
  explain(name: string, kind: EntryKind | undefined, visibility: VisibilitySet) {
    const kinds = ENTRY_KINDS.filter((candidate) => kind === undefined || candidate === kind);
    const found = kinds.filter((candidate) =>
      [...this.catalog.current.shelves.values()].some((shelf) => shelf[candidate].has(name)),
    );
    if (found.length === 0) throw new DomainError('not-found', `No source has an entry named ${name}`);
    return found.map((candidate) => ({
      entry: name,
      kind: candidate,
      registries: this.catalog.registries.map((registry) =>
        this.registry(registry, candidate, name, visibility),
      ),
    }));
  }

  private registry(
    { name: registry, sources, claims }: RegistryDefinition,
    kind: EntryKind,
    name: string,
    visibility: VisibilitySet,
  ): ExplainedRegistry {
    const readable = visibility.sees(claims);
    const entries = sources.map((source) => this.catalog.current.shelves.get(source)?.[kind].get(name));
    const seen = entries.filter(
      (entry) => entry !== undefined && visibility.sees(entry.claims, entry.source),
    );
    const winner = seen.find((entry) => entry !== undefined && isAlive(entry)) ?? seen[0];
    return {
      registry,
      ...(claims !== undefined && { claims }),
      readable,
      reason: readable ? 'the caller may read it' : hiddenBecause(claims, undefined),
      sources: sources.flatMap((source, index) => {
        const entry = entries[index];
        return entry === undefined ? [] : [this.source(source, entry, winner, visibility)];
      }),
    };
  }

  private source(
    source: string,
    entry: CatalogEntry,
    winner: CatalogEntry | undefined,
    visibility: VisibilitySet,
  ): ExplainedSource {
    const sourceClaims = this.config.current.sources.find(({ name }) => name === source)?.claims;
    const visible = visibility.sees(entry.claims, source);
    const wins = entry === winner;
    return {
      source,
      ...(sourceClaims !== undefined && { sourceClaims }),
      ...(entry.claims !== undefined && { entryClaims: entry.claims }),
      versions: entry.versions.map(({ version, status }) => ({ version, status })),
      visible,
      wins,
      reason: visible ? placeOf(entry, wins, winner) : hiddenBecause(entry.claims, sourceClaims),
    };
  }
}

function placeOf(entry: CatalogEntry, wins: boolean, winner: CatalogEntry | undefined): string {
  if (wins)
    return isAlive(entry) ? 'the first visible source in order' : 'every version is deleted, here and below';
  if (!isAlive(entry)) return 'every version is deleted';
  return `${winner?.source ?? 'a source'} stands before it`;
}

function hiddenBecause(own: Claims | undefined, inherited: Claims | undefined): string {
  const has = (claims: Claims | undefined) => claims !== undefined && Object.keys(claims).length > 0;
  if (!has(own) && !has(inherited)) return 'it has no claims, so only superAdmin sees it';
  return 'the caller lacks claims that it asks for';
}

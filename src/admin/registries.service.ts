import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { CatalogService } from '../catalog/catalog.service.js';
import { compareNames } from '../catalog/catalog-entry.js';
import type { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { LiveConfig } from '../config/live-config.js';
import type { RegistryDefinition } from '../config/registry-config.js';
import type { ReplyBytes } from '../http/reply-bytes.js';
import type { VisibilitySet } from '../model/claims.js';
import { CLOCK } from '../sync/clock.token.js';
import { registryEntries } from './entry-lists.js';
import { ListCursor } from './list-cursor.js';
import { adminReply, pageOf, pageReply } from './list-page.js';
import type { PageParameters } from './list-parameters.js';

const REGISTRIES = new ListCursor('registries', z.string());

/** Answers what the registries are made of, from memory. */
@Injectable()
export class RegistriesService {
  /** When the configuration was read that is in force: registries come into being with it. */
  private configuredAt: string;

  constructor(
    config: LiveConfig,
    private readonly catalog: CatalogService,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.configuredAt = clock.now().toISOString();
    config.changes.subscribe(() => (this.configuredAt = clock.now().toISOString()));
  }

  /** The registries that the caller may read, by name. @throws DomainError `invalid-cursor` */
  list(visibility: VisibilitySet, { limit, cursor }: PageParameters): ReplyBytes {
    const after = REGISTRIES.read(cursor);
    const behind = this.catalog
      .readable(visibility)
      .filter(({ name }) => after === undefined || compareNames(name, after) > 0)
      .sort((a, b) => compareNames(a.name, b.name));
    const { items, ...next } = pageOf(behind, limit, ({ name }) => REGISTRIES.write(name));
    return pageReply('registries', { ...next, items: items.map((registry) => this.info(registry)) });
  }

  /** One registry. @throws DomainError `not-found` */
  get(name: string, visibility: VisibilitySet): ReplyBytes {
    return adminReply(this.info(this.find(name, visibility)));
  }

  /** What the sources of a registry hold, before precedence. @throws DomainError `not-found`, `invalid-cursor` */
  entries(name: string, visibility: VisibilitySet, page: PageParameters): ReplyBytes {
    const { shelves } = this.catalog.current;
    const sources = this.find(name, visibility).sources.flatMap((source) => {
      const shelf = shelves.get(source);
      return shelf === undefined ? [] : [{ name: source, shelf }];
    });
    return pageReply('entries', registryEntries(sources, visibility, page));
  }

  private info({ name, sources, claims }: RegistryDefinition): object {
    const times = { createdAt: this.configuredAt, updatedAt: this.configuredAt };
    return { name, ...(claims !== undefined && { claims }), creationType: 'CONFIG', sources, ...times };
  }

  /** What a caller may not read is not there. */
  private find(name: string, visibility: VisibilitySet): RegistryDefinition {
    const registry = this.catalog.readable(visibility).find((candidate) => candidate.name === name);
    if (registry !== undefined) return registry;
    throw new DomainError('not-found', `Registry not found: ${name}`);
  }
}

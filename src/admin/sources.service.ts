import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { CatalogService } from '../catalog/catalog.service.js';
import { compareNames } from '../catalog/catalog-entry.js';
import { DomainError } from '../common/domain-error.js';
import { LiveConfig } from '../config/live-config.js';
import type { SourceConfig } from '../config/registry-config.js';
import type { ReplyBytes } from '../http/reply-bytes.js';
import type { VisibilitySet } from '../model/claims.js';
import { RunHistory } from '../sync/run-history.js';
import { SyncProgress } from '../sync/sync-progress.js';
import { sourceEntries } from './entry-lists.js';
import { ListCursor } from './list-cursor.js';
import { adminReply, pageOf, pageReply } from './list-page.js';
import type { PageParameters } from './list-parameters.js';
import { refusalInfo, runDetail, runSummary } from './run-info.js';
import { sourceInfo } from './source-info.js';

const SOURCES = new ListCursor('sources', z.string());
const RUNS = new ListCursor('runs', z.string().regex(/^\d{1,19}$/));
const QUARANTINE = new ListCursor('quarantine', z.string().regex(/^\d{1,19}$/));

/** Answers what the sources are and do, from memory: whatever happens to store and upstreams. */
@Injectable()
export class SourcesService {
  constructor(
    private readonly config: LiveConfig,
    private readonly progress: SyncProgress,
    private readonly history: RunHistory,
    private readonly catalog: CatalogService,
  ) {}

  /** The sources that the caller sees, by name, each with its status. @throws DomainError `invalid-cursor` */
  list(visibility: VisibilitySet, { limit, cursor }: PageParameters): ReplyBytes {
    const after = SOURCES.read(cursor);
    const behind = this.config.current.sources
      .filter(({ name }) => visibility.sees(undefined, name))
      .filter(({ name }) => after === undefined || compareNames(name, after) > 0)
      .sort((a, b) => compareNames(a.name, b.name));
    const { items, ...next } = pageOf(behind, limit, ({ name }) => SOURCES.write(name));
    return pageReply('sources', { ...next, items: items.map((source) => this.info(source)) });
  }

  /** One source. @throws DomainError `not-found` */
  get(name: string, visibility: VisibilitySet): ReplyBytes {
    return adminReply(this.info(this.find(name, visibility)));
  }

  /** What a source holds, as far as the caller sees it. @throws DomainError `not-found`, `invalid-cursor` */
  entries(name: string, visibility: VisibilitySet, page: PageParameters): ReplyBytes {
    this.find(name, visibility);
    const shelf = this.catalog.current.shelves.get(name);
    return pageReply('entries', shelf === undefined ? { items: [] } : sourceEntries(shelf, visibility, page));
  }

  /** A source's last runs, newest first. @throws DomainError `not-found`, `invalid-cursor` */
  runs(name: string, visibility: VisibilitySet, { limit, cursor }: PageParameters): ReplyBytes {
    this.find(name, visibility);
    const after = RUNS.read(cursor);
    const behind = this.history
      .runsOf(name)
      .filter(({ id }) => after === undefined || compareIds(id, after) < 0);
    const { items, ...next } = pageOf(behind, limit, ({ id }) => RUNS.write(id));
    return pageReply('runs', { ...next, items: items.map(runSummary) });
  }

  /** One run, with the names of what it changed. @throws DomainError `not-found` */
  run(id: string, visibility: VisibilitySet): ReplyBytes {
    const run = this.history.run(id);
    if (run !== undefined && visibility.sees(undefined, run.source)) return adminReply(runDetail(run));
    throw new DomainError('not-found', `Run not found: ${id}. The last 100 of each source are kept`);
  }

  /** The documents that a source's last successful round refused. @throws DomainError `not-found`, `invalid-cursor` */
  quarantine(name: string, visibility: VisibilitySet, { limit, cursor }: PageParameters): ReplyBytes {
    this.find(name, visibility);
    const after = QUARANTINE.read(cursor);
    const kept = this.history.refusalsOf(name);
    const behind = kept.filter(({ id }) => after === undefined || compareIds(id, after) > 0);
    const { items, ...next } = pageOf(behind, limit, ({ id }) => QUARANTINE.write(id));
    const total = Math.max(this.progress.find(name)?.rejectedCount ?? 0, kept.length);
    return pageReply('quarantine', { ...next, items: items.map(refusalInfo) }, { total, kept: kept.length });
  }

  private info(source: SourceConfig): object {
    return sourceInfo(source, this.progress.find(source.name), this.progress.roundsOf(source.name));
  }

  /** What a caller does not see is not there. */
  private find(name: string, visibility: VisibilitySet): SourceConfig {
    const source = this.config.current.sources.find((candidate) => candidate.name === name);
    if (source !== undefined && visibility.sees(undefined, name)) return source;
    throw new DomainError('not-found', `Source not found: ${name}`);
  }
}

/** Ids are decimal numbers without leading zeros. */
function compareIds(a: string, b: string): number {
  return a.length - b.length || compareNames(a, b);
}

import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { RefusedDocument, VersionDocument } from '../model/entry.js';
import type { CatalogChange, LatestMark, RoundOutcome, VersionWrite } from './catalog-change.js';
import { QuarantineEntity } from './entities/quarantine.entity.js';
import { SourceEntity } from './entities/source.entity.js';
import { SyncRunEntity } from './entities/sync-run.entity.js';
import { RevisionFeed } from './revision-feed.js';
import { diffText } from './round-diff.js';
import { forgetOldRuns } from './run-retention.js';
import { fence, type LeaseRef } from './stores/lease.store.js';
import { retriedTransaction } from './retried-transaction.js';
import { textArray } from './text-array.js';

/** Separates the items of a list that travels as one text; facets never hold control characters. */
const LIST_SEPARATOR = '\u001f';

/** What makes a tombstone, besides the mark. */
const DROPPED = `, is_dropped = true, status = 'deleted', status_message = NULL, updated_at = $6,
  status_changed_at = CASE WHEN v.status = 'deleted' THEN v.status_changed_at ELSE $6 END`;

/** The only code that changes entries: one desired difference, one transaction, one revision. */
@Injectable()
export class EntryWriter {
  constructor(
    private readonly dataSource: DataSource,
    private readonly feed: RevisionFeed,
  ) {}

  /**
   * Commits a round's change with its outcome, all or nothing. Returns the revision of the source's last change:
   * a round that changes nothing makes no new one. With a lease, nothing is written once another process has taken
   * the source over. What the change reads from must wait for nobody: it is read while the transaction is open.
   * @throws DomainError `conflict` when the lease is another's
   */
  async commit(
    source: string,
    change: CatalogChange,
    outcome: RoundOutcome,
    lease?: Pick<LeaseRef, 'token'>,
  ): Promise<number> {
    const revision = await retriedTransaction(this.dataSource, async (manager) => {
      if (lease !== undefined) await fence(manager, { source, token: lease.token });
      const commit = change.isEmpty ? await lastChange(manager, source) : await nextRevision(manager);
      for await (const batch of change.writes()) await upsert(manager, source, batch, commit);
      for await (const batch of change.marks()) await mark(manager, source, batch, commit, '');
      for await (const batch of change.drops()) await mark(manager, source, batch, commit, DROPPED);
      await manager.delete(QuarantineEntity, { source: { name: source } });
      for await (const batch of change.refused()) await quarantine(manager, source, batch);
      await record(manager, source, outcome, commit.revision);
      return commit.revision;
    });
    this.feed.publish(revision);
    return revision;
  }
}

interface Commit {
  readonly revision: number;
  readonly at: Date;
}

/** Takes the row that orders writers, so that revisions and commit times grow in the order of commits. */
async function nextRevision(manager: EntityManager): Promise<Commit> {
  const [rows]: [{ revision: number; at: Date }[], number] = await manager.query(
    `UPDATE catalog_revision
        SET revision = revision + 1,
            committed_at = greatest(date_trunc('milliseconds', clock_timestamp()), committed_at + interval '1 millisecond')
      WHERE id = 1 RETURNING revision::float8 AS revision, committed_at AS at`,
  );
  const commit = rows[0];
  if (commit === undefined) throw new Error('The row of catalog_revision is missing');
  return commit;
}

async function lastChange(manager: EntityManager, source: string): Promise<Commit> {
  const { revision } = await manager.findOneByOrFail(SourceEntity, { name: source });
  return { revision, at: new Date(0) };
}

async function upsert(
  manager: EntityManager,
  source: string,
  writes: readonly VersionWrite[],
  commit: Commit,
): Promise<void> {
  const documents = writes.map((write) => write.document);
  const texts = (of: (document: VersionDocument) => string | null | undefined) =>
    textArray(documents.map((document) => of(document) ?? null));
  const kinds = texts(({ kind }) => kind);
  const names = texts(({ name }) => name);
  await manager.query(
    `INSERT INTO entry (source, kind, name, claims)
     SELECT DISTINCT ON (u.kind, u.name) $1, u.kind, u.name, u.claims
       FROM unnest($2::text[], $3::text[], $4::text[]) AS u (kind, name, claims)
      ORDER BY u.kind, u.name, u.claims
     ON CONFLICT (source, kind, name) DO UPDATE SET claims = excluded.claims
      WHERE excluded.claims IS NOT NULL AND entry.claims IS DISTINCT FROM excluded.claims`,
    [source, kinds, names, texts(({ claims }) => claims)],
  );
  const lists = (key: 'tags' | 'tools' | 'registryTypes' | 'transports') =>
    texts(({ facets }) => (facets[key].length === 0 ? null : facets[key].join(LIST_SEPARATOR)));
  const split = (column: string) => `coalesce(string_to_array(u.${column}, E'\\x1f'), '{}')`;
  await manager.query(
    `INSERT INTO entry_version (entry_id, version, document, content_hash, served_hash, original, envelope_meta,
       status, status_message, status_changed_at, published_at, updated_at, is_latest, is_dropped, revision,
       title, description, tags, tools, registry_types, transports)
     SELECT e.id, u.version, u.document, u.content_hash, u.served_hash, u.original, u.envelope_meta,
            u.status, u.status_message, coalesce(u.status_changed_at, $3), coalesce(u.published_at, $3),
            coalesce(u.updated_at, $3), u.is_latest, false, $2,
            u.title, u.description, ${split('tags')}, ${split('tools')}, ${split('registry_types')}, ${split('transports')}
       FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
              $12::text[], $13::text[], $14::timestamptz[], $15::timestamptz[], $16::timestamptz[], $17::boolean[],
              $18::text[], $19::text[], $20::text[], $21::text[], $22::text[], $23::text[])
         AS u (kind, name, version, document, content_hash, served_hash, original, envelope_meta, status,
               status_message, status_changed_at, published_at, updated_at, is_latest, title, description, tags,
               tools, registry_types, transports)
       JOIN entry e ON e.source = $1 AND e.kind = u.kind AND e.name = u.name
     ON CONFLICT (entry_id, version) DO UPDATE SET
       document = excluded.document, content_hash = excluded.content_hash, served_hash = excluded.served_hash,
       original = excluded.original, envelope_meta = excluded.envelope_meta, status = excluded.status,
       status_message = excluded.status_message, status_changed_at = excluded.status_changed_at,
       published_at = excluded.published_at, updated_at = excluded.updated_at, is_latest = excluded.is_latest,
       is_dropped = false, revision = excluded.revision, title = excluded.title,
       description = excluded.description, tags = excluded.tags, tools = excluded.tools,
       registry_types = excluded.registry_types, transports = excluded.transports`,
    [
      source,
      commit.revision,
      commit.at,
      kinds,
      names,
      texts(({ version }) => version),
      texts(({ document }) => document),
      textArray(writes.map(({ contentHash }) => contentHash)),
      textArray(writes.map(({ servedHash }) => servedHash)),
      texts(({ original }) => original),
      texts(({ envelopeMeta }) => envelopeMeta),
      texts(({ status }) => status),
      texts(({ statusMessage }) => statusMessage),
      writes.map(({ statusChangedAt }) => statusChangedAt ?? null),
      writes.map(({ publishedAt }) => publishedAt ?? null),
      writes.map(({ updatedAt }) => updatedAt ?? null),
      writes.map(({ isLatest }) => isLatest),
      texts(({ facets }) => facets.title),
      texts(({ facets }) => facets.description),
      lists('tags'),
      lists('tools'),
      lists('registryTypes'),
      lists('transports'),
    ],
  );
}

async function mark(
  manager: EntityManager,
  source: string,
  marks: readonly LatestMark[],
  commit: Commit,
  alsoSet: string,
): Promise<void> {
  const parameters: unknown[] = [
    source,
    commit.revision,
    marks.map(({ kind, name }) => `${kind} ${name}`),
    marks.map(({ version }) => version),
    marks.map(({ isLatest }) => isLatest),
  ];
  if (alsoSet !== '') parameters.push(commit.at);
  await manager.query(
    `UPDATE entry_version v SET is_latest = u.is_latest, revision = $2${alsoSet}
       FROM unnest($3::text[], $4::text[], $5::boolean[]) AS u (entry, version, is_latest)
       JOIN entry e ON e.source = $1 AND e.kind || ' ' || e.name = u.entry
      WHERE v.entry_id = e.id AND v.version = u.version`,
    parameters,
  );
}

async function quarantine(
  manager: EntityManager,
  source: string,
  refused: readonly RefusedDocument[],
): Promise<void> {
  await manager.query(
    `INSERT INTO quarantine (source, kind, name, version, pointer, problems)
     SELECT $1, u.kind, u.name, u.version, u.pointer, u.problems
       FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
         AS u (kind, name, version, pointer, problems)`,
    [
      source,
      refused.map(({ kind }) => kind),
      refused.map(({ name }) => name ?? null),
      refused.map(({ version }) => version ?? null),
      refused.map(({ pointer }) => pointer),
      refused.map(({ problems }) => JSON.stringify(problems)),
    ],
  );
}

async function record(
  manager: EntityManager,
  source: string,
  outcome: RoundOutcome,
  revision: number,
): Promise<void> {
  const { startedAt, endedAt, added, changed, removed, refused, unchanged, bytes } = outcome;
  await manager.update(SourceEntity, source, {
    phase: 'complete',
    lastSyncTime: endedAt,
    nextAttempt: outcome.nextAttempt,
    attemptCount: 0,
    message: null,
    sourceRevision: outcome.sourceRevision,
    rulesFingerprint: outcome.rulesFingerprint,
    serverCount: outcome.counts.server,
    skillCount: outcome.counts.skill,
    pluginCount: outcome.counts.plugin,
    rejectedCount: refused,
    revision,
  });
  const diff = outcome.samples === undefined ? null : diffText(outcome.samples);
  const run = { startedAt, endedAt, added, changed, removed, refused, unchanged, bytes, diff };
  await manager.insert(SyncRunEntity, { source: { name: source }, outcome: 'complete', ...run });
  await forgetOldRuns(manager, source);
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** First schema. Creates tables only, so it locks nothing that anybody uses. */
export class CreateCatalogue1763798400000 implements MigrationInterface {
  readonly name = 'CreateCatalogue1763798400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE source (
        name text PRIMARY KEY,
        kind text NOT NULL,
        phase text NOT NULL DEFAULT 'pending',
        last_attempt timestamptz,
        last_sync_time timestamptz,
        attempt_count integer NOT NULL DEFAULT 0,
        next_attempt timestamptz,
        server_count integer NOT NULL DEFAULT 0,
        skill_count integer NOT NULL DEFAULT 0,
        plugin_count integer NOT NULL DEFAULT 0,
        rejected_count integer NOT NULL DEFAULT 0,
        source_revision text,
        rules_fingerprint text,
        message text,
        revision bigint NOT NULL DEFAULT 0
      )`);
    await runner.query(`
      CREATE TABLE entry (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        source text NOT NULL CONSTRAINT entry_source_fkey REFERENCES source (name) ON DELETE CASCADE,
        kind text NOT NULL,
        name text NOT NULL,
        claims text,
        CONSTRAINT entry_source_kind_name_key UNIQUE (source, kind, name)
      )`);
    await runner.query(`
      CREATE TABLE entry_version (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        entry_id bigint NOT NULL CONSTRAINT entry_version_entry_fkey REFERENCES entry (id) ON DELETE CASCADE,
        version text NOT NULL,
        document text NOT NULL,
        content_hash text NOT NULL,
        served_hash text NOT NULL,
        original text,
        envelope_meta text,
        status text NOT NULL,
        status_message text,
        status_changed_at timestamptz NOT NULL,
        published_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        is_latest boolean NOT NULL,
        is_dropped boolean NOT NULL DEFAULT false,
        revision bigint NOT NULL,
        title text,
        description text NOT NULL,
        tags text[] NOT NULL,
        tools text[] NOT NULL,
        registry_types text[] NOT NULL,
        transports text[] NOT NULL,
        CONSTRAINT entry_version_entry_version_key UNIQUE (entry_id, version)
      )`);
    await runner.query(`CREATE INDEX entry_version_revision_idx ON entry_version (revision)`);
    await runner.query(`
      CREATE TABLE quarantine (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        source text NOT NULL CONSTRAINT quarantine_source_fkey REFERENCES source (name) ON DELETE CASCADE,
        kind text NOT NULL,
        name text,
        version text,
        pointer text NOT NULL,
        problems text NOT NULL
      )`);
    await runner.query(`CREATE INDEX quarantine_source_idx ON quarantine (source)`);
    await runner.query(`
      CREATE TABLE sync_run (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        source text NOT NULL CONSTRAINT sync_run_source_fkey REFERENCES source (name) ON DELETE CASCADE,
        started_at timestamptz NOT NULL,
        ended_at timestamptz NOT NULL,
        outcome text NOT NULL,
        added integer NOT NULL DEFAULT 0,
        changed integer NOT NULL DEFAULT 0,
        removed integer NOT NULL DEFAULT 0,
        refused integer NOT NULL DEFAULT 0,
        unchanged integer NOT NULL DEFAULT 0,
        bytes bigint NOT NULL DEFAULT 0,
        message text
      )`);
    await runner.query(`CREATE INDEX sync_run_source_idx ON sync_run (source, id)`);
    await runner.query(`
      CREATE TABLE catalog_revision (
        id integer PRIMARY KEY,
        revision bigint NOT NULL,
        committed_at timestamptz NOT NULL
      )`);
    await runner.query(
      `INSERT INTO catalog_revision (id, revision, committed_at) VALUES (1, 0, to_timestamp(0))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['catalog_revision', 'sync_run', 'quarantine', 'entry_version', 'entry', 'source']) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What several replicas need: leases of sources, notices of changes, and names by which one database and one
 * life of a source are told from another. Locks `source` and `catalog_revision`, which have few rows, for milliseconds;
 * programs of the release before go on working beside it.
 */
export class AddReplicas1763802000000 implements MigrationInterface {
  readonly name = 'AddReplicas1763802000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE source_lease (
        source text PRIMARY KEY,
        holder text,
        token bigint NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT source_lease_token_key UNIQUE (source, token)
      )`);
    await runner.query(`ALTER TABLE source ADD COLUMN incarnation uuid NOT NULL DEFAULT gen_random_uuid()`);
    await runner.query(
      `ALTER TABLE catalog_revision ADD COLUMN database_id uuid NOT NULL DEFAULT gen_random_uuid()`,
    );
    await runner.query(`
      CREATE FUNCTION notify_replicas() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('thv_registry_api', '');
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER source_notify AFTER INSERT OR UPDATE OR DELETE ON source
        FOR EACH STATEMENT EXECUTE FUNCTION notify_replicas()`);
    await runner.query(`
      CREATE TRIGGER catalog_revision_notify AFTER UPDATE ON catalog_revision
        FOR EACH STATEMENT EXECUTE FUNCTION notify_replicas()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TRIGGER catalog_revision_notify ON catalog_revision`);
    await runner.query(`DROP TRIGGER source_notify ON source`);
    await runner.query(`DROP FUNCTION notify_replicas()`);
    await runner.query(`ALTER TABLE catalog_revision DROP COLUMN database_id`);
    await runner.query(`ALTER TABLE source DROP COLUMN incarnation`);
    await runner.query(`DROP TABLE source_lease`);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Client views and the hashes of their tokens. New tables, which nothing of older programs knows: they go on working
 * beside them.
 */
export class AddClientViews1763888400000 implements MigrationInterface {
  readonly name = 'AddClientViews1763888400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE client_view (
        name text PRIMARY KEY,
        registry text NOT NULL,
        claims text,
        expires_at timestamptz,
        allowed_cidrs text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE client_view_token (
        hash text PRIMARY KEY,
        view text NOT NULL CONSTRAINT client_view_token_view_fkey REFERENCES client_view (name) ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT now(),
        valid_until timestamptz
      )`);
    await runner.query(`CREATE INDEX client_view_token_view_idx ON client_view_token (view)`);
    await runner.query(`
      CREATE TRIGGER client_view_notify AFTER INSERT OR UPDATE OR DELETE ON client_view
        FOR EACH STATEMENT EXECUTE FUNCTION notify_replicas()`);
    await runner.query(`
      CREATE TRIGGER client_view_token_notify AFTER INSERT OR UPDATE OR DELETE ON client_view_token
        FOR EACH STATEMENT EXECUTE FUNCTION notify_replicas()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE client_view_token`);
    await runner.query(`DROP TABLE client_view`);
  }
}

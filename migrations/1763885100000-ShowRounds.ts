import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the administration shows of sources and their rounds. Adds columns that are empty or have a constant default:
 * each table is locked for a moment and not rewritten, and an older program goes on writing it.
 */
export class ShowRounds1763885100000 implements MigrationInterface {
  readonly name = 'ShowRounds1763885100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE source
        ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN definition_hash text`);
    await runner.query(`ALTER TABLE sync_run ADD COLUMN code text, ADD COLUMN diff text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE sync_run DROP COLUMN diff, DROP COLUMN code`);
    await runner.query(`
      ALTER TABLE source DROP COLUMN definition_hash, DROP COLUMN updated_at, DROP COLUMN created_at`);
  }
}

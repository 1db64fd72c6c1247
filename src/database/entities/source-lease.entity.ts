import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import { bigintColumn } from './column-types.js';

/**
 * Which process runs the rounds of a source. A row stays when its source goes, so that no token is ever given twice.
 * The token is part of a key, because of what PostgreSQL locks: a commit that shares the key stops takeovers, which
 * change it, and no heartbeats, which do not.
 */
@Entity('source_lease')
@Unique('source_lease_token_key', ['source', 'token'])
export class SourceLeaseEntity {
  @PrimaryColumn('text')
  source: string;

  /** Identifies the process, for people; null once it was given up. */
  @Column('text', { nullable: true })
  holder: string | null;

  /** Counts up with each holder. */
  @Column(bigintColumn)
  token: number;

  /** By the clock of the database. */
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;
}

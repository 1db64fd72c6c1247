import { Column, Entity, Generated, PrimaryColumn } from 'typeorm';
import { bigintColumn } from './column-types.js';

/** Where the rounds of a source stand (contract of the sync status). */
export type SyncPhase = 'pending' | 'syncing' | 'complete' | 'failed';

/** One configured source and the status of its rounds. */
@Entity('source')
export class SourceEntity {
  @PrimaryColumn('text')
  name: string;

  @Column('text')
  kind: string;

  @Column('text', { default: 'pending' })
  phase: SyncPhase;

  @Column('timestamptz', { name: 'last_attempt', nullable: true })
  lastAttempt: Date | null;

  /** End of the last round that succeeded. */
  @Column('timestamptz', { name: 'last_sync_time', nullable: true })
  lastSyncTime: Date | null;

  /** Failures in a row. */
  @Column('integer', { name: 'attempt_count', default: 0 })
  attemptCount: number;

  @Column('timestamptz', { name: 'next_attempt', nullable: true })
  nextAttempt: Date | null;

  @Column('integer', { name: 'server_count', default: 0 })
  serverCount: number;

  @Column('integer', { name: 'skill_count', default: 0 })
  skillCount: number;

  @Column('integer', { name: 'plugin_count', default: 0 })
  pluginCount: number;

  @Column('integer', { name: 'rejected_count', default: 0 })
  rejectedCount: number;

  /** What the provider called the data of the last successful round: a hash, a commit. */
  @Column('text', { name: 'source_revision', nullable: true })
  sourceRevision: string | null;

  /** Fingerprint of everything besides the data that decides a round's result: filter, format, reader version. */
  @Column('text', { name: 'rules_fingerprint', nullable: true })
  rulesFingerprint: string | null;

  @Column('text', { nullable: true })
  message: string | null;

  /** Another one for a source of the same name that was removed and configured again. */
  @Column('uuid')
  @Generated('uuid')
  incarnation: string;

  /** Catalogue revision of the last committed change of this source. */
  @Column({ ...bigintColumn, default: 0 })
  revision: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  /** When its definition last changed. */
  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;

  /** Hash of its definition, by which a change is noticed; empty until a program that knows it has started. */
  @Column('text', { name: 'definition_hash', nullable: true })
  definitionHash: string | null;
}

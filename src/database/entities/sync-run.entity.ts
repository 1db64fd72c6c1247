import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { bigintColumn } from './column-types.js';
import { SourceEntity } from './source.entity.js';

/** One round of a source that changed something or failed. */
@Entity('sync_run')
@Index('sync_run_source_idx', ['source', 'id'])
export class SyncRunEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id: string;

  @ManyToOne(() => SourceEntity, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'source', foreignKeyConstraintName: 'sync_run_source_fkey' })
  source: Relation<SourceEntity>;

  @Column('timestamptz', { name: 'started_at' })
  startedAt: Date;

  @Column('timestamptz', { name: 'ended_at' })
  endedAt: Date;

  @Column('text')
  outcome: 'complete' | 'failed';

  @Column('integer', { default: 0 })
  added: number;

  @Column('integer', { default: 0 })
  changed: number;

  @Column('integer', { default: 0 })
  removed: number;

  @Column('integer', { default: 0 })
  refused: number;

  @Column('integer', { default: 0 })
  unchanged: number;

  @Column({ ...bigintColumn, default: 0 })
  bytes: number;

  @Column('text', { nullable: true })
  message: string | null;

  /** Code of the error that ended a failed round. */
  @Column('text', { nullable: true })
  code: string | null;

  /** The first names of what changed, as JSON text (`RoundDiff`). */
  @Column('text', { nullable: true })
  diff: string | null;
}

import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import type { EntryKind } from '../../model/entry.js';
import { SourceEntity } from './source.entity.js';

/** A document that the last successful round of a source refused. */
@Entity('quarantine')
export class QuarantineEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id: string;

  @Index('quarantine_source_idx')
  @ManyToOne(() => SourceEntity, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'source', foreignKeyConstraintName: 'quarantine_source_fkey' })
  source: Relation<SourceEntity>;

  @Column('text')
  kind: EntryKind;

  @Column('text', { nullable: true })
  name: string | null;

  @Column('text', { nullable: true })
  version: string | null;

  /** JSON pointer of the document in its file. */
  @Column('text')
  pointer: string;

  /** `[{pointer, reason}]` as JSON text. */
  @Column('text')
  problems: string;
}

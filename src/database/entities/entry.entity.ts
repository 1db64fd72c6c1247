import {
  Column,
  Entity,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
  Unique,
} from 'typeorm';
import type { EntryKind } from '../../model/entry.js';
import { SourceEntity } from './source.entity.js';

/** A name of one kind in one source. Claims belong to entries, not to versions. */
@Entity('entry')
@Unique('entry_source_kind_name_key', ['source', 'kind', 'name'])
export class EntryEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id: string;

  @ManyToOne(() => SourceEntity, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'source', foreignKeyConstraintName: 'entry_source_fkey' })
  source: Relation<SourceEntity>;

  @Column('text')
  kind: EntryKind;

  @Column('text')
  name: string;

  /** Claims as compact JSON text; null where the source's own claims hold. */
  @Column('text', { nullable: true })
  claims: string | null;
}

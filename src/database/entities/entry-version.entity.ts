import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
  Unique,
} from 'typeorm';
import type { EntryStatus } from '../../model/entry.js';
import { bigintColumn } from './column-types.js';
import { EntryEntity } from './entry.entity.js';

/** One version of an entry: its exact text, and columns derived from it. */
@Entity('entry_version')
@Unique('entry_version_entry_version_key', ['entry', 'version'])
export class EntryVersionEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id: string;

  @ManyToOne(() => EntryEntity, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'entry_id', foreignKeyConstraintName: 'entry_version_entry_fkey' })
  entry: Relation<EntryEntity>;

  @Column('text')
  version: string;

  /** The document, compact, token by token as its author wrote it. */
  @Column('text')
  document: string;

  /** SHA-256 of `document`, base64url. */
  @Column('text', { name: 'content_hash' })
  contentHash: string;

  /** SHA-256 of all that decides the served bytes and comes from the source. */
  @Column('text', { name: 'served_hash' })
  servedHash: string;

  /** The ToolHive entry that `document` was converted from. */
  @Column('text', { nullable: true })
  original: string | null;

  @Column('text', { name: 'envelope_meta', nullable: true })
  envelopeMeta: string | null;

  @Column('text')
  status: EntryStatus;

  @Column('text', { name: 'status_message', nullable: true })
  statusMessage: string | null;

  @Column('timestamptz', { name: 'status_changed_at' })
  statusChangedAt: Date;

  @Column('timestamptz', { name: 'published_at' })
  publishedAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;

  /** True for the greatest version of its entry that is not deleted. */
  @Column('boolean', { name: 'is_latest' })
  isLatest: boolean;

  /** True once the source no longer has it: a tombstone. */
  @Column('boolean', { name: 'is_dropped', default: false })
  isDropped: boolean;

  /** Catalogue revision that last changed what is served of this version. */
  @Index('entry_version_revision_idx')
  @Column(bigintColumn)
  revision: number;

  @Column('text', { nullable: true })
  title: string | null;

  @Column('text')
  description: string;

  @Column('text', { array: true })
  tags: string[];

  @Column('text', { array: true })
  tools: string[];

  @Column('text', { name: 'registry_types', array: true })
  registryTypes: string[];

  @Column('text', { array: true })
  transports: string[];
}

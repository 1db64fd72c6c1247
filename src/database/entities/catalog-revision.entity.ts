import { Column, Entity, Generated, PrimaryColumn } from 'typeorm';
import { bigintColumn } from './column-types.js';

/** The one row that counts committed changes of the catalogue; taking it orders the writers. */
@Entity('catalog_revision')
export class CatalogRevisionEntity {
  @PrimaryColumn('integer')
  id: number;

  @Column(bigintColumn)
  revision: number;

  /** Time of the last commit. No two commits share one, so that `updated_since` misses nothing. */
  @Column('timestamptz', { name: 'committed_at' })
  committedAt: Date;

  /** Tells this database from every other. */
  @Column('uuid', { name: 'database_id' })
  @Generated('uuid')
  databaseId: string;
}

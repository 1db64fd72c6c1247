import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bigintColumn } from './column-types.js';

/** The one row that counts committed changes of the catalogue; taking it orders the writers. */
@Entity('catalog_revision')
export class CatalogRevisionEntity {
  @PrimaryColumn('integer')
  id: number;

  @Column(bigintColumn)
  revision: number;
}

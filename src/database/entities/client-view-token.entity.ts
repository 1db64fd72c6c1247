import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ClientViewEntity } from './client-view.entity.js';

/** A token of a client view; what it is cannot be told from what is stored. */
@Entity('client_view_token')
export class ClientViewTokenEntity {
  /** SHA-256 in lower-case hexadecimal. */
  @PrimaryColumn('text')
  hash: string;

  @Index('client_view_token_view_idx')
  @ManyToOne(() => ClientViewEntity, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'view', foreignKeyConstraintName: 'client_view_token_view_fkey' })
  view: Relation<ClientViewEntity>;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  /** End of the overlap after a rotation; null while nothing replaces it. */
  @Column('timestamptz', { name: 'valid_until', nullable: true })
  validUntil: Date | null;
}

import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A client view that was made while the program ran; those of the configuration are not stored. */
@Entity('client_view')
export class ClientViewEntity {
  @PrimaryColumn('text')
  name: string;

  @Column('text')
  registry: string;

  /** As JSON text. */
  @Column('text', { nullable: true })
  claims: string | null;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  /** List of texts as JSON text. */
  @Column('text', { name: 'allowed_cidrs' })
  allowedCidrs: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}

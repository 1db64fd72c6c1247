import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { DomainError } from '../../common/domain-error.js';
import type { Claims } from '../../model/claims.js';
import { ClientViewTokenEntity } from '../entities/client-view-token.entity.js';
import { ClientViewEntity } from '../entities/client-view.entity.js';
import { retriedTransaction } from '../retried-transaction.js';

/** More views are not kept. */
const MAX_VIEWS = 1_000;

/** What a client view is, besides its tokens. */
export interface ViewDefinition {
  readonly name: string;
  readonly registry: string;
  readonly claims?: Claims;
  readonly expiresAt?: Date;
  readonly allowedCidrs: readonly string[];
}

/** A token, as far as it is known. */
export interface StoredViewToken {
  /** SHA-256 in lower-case hexadecimal. */
  readonly hash: string;
  readonly createdAt: Date;
  /** End of an overlap. */
  readonly validUntil: Date | null;
}

/** A client view with its tokens, the newest first. */
export interface StoredView extends ViewDefinition {
  readonly createdAt: Date;
  readonly tokens: readonly StoredViewToken[];
}

/** Client views that were made while the program ran. */
@Injectable()
export class ViewStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Every view, by name. */
  async all(): Promise<StoredView[]> {
    const { manager } = this.dataSource;
    const views = await manager.find(ClientViewEntity, { order: { name: 'ASC' } });
    const tokens: (StoredViewToken & { view: string })[] = await manager.query(
      `SELECT hash, view, created_at AS "createdAt", valid_until AS "validUntil" FROM client_view_token
        WHERE valid_until IS NULL OR valid_until > now() ORDER BY created_at DESC, hash`,
    );
    return views.map(({ name, registry, claims, expiresAt, allowedCidrs, createdAt }) => ({
      name,
      registry,
      ...(claims !== null && { claims: JSON.parse(claims) as Claims }),
      ...(expiresAt !== null && { expiresAt }),
      allowedCidrs: JSON.parse(allowedCidrs) as string[],
      createdAt,
      tokens: tokens.filter(({ view }) => view === name),
    }));
  }

  /** Keeps a new view with its first token. @throws DomainError `conflict`, `limit-exceeded` */
  async create(
    { name, registry, claims, expiresAt, allowedCidrs }: ViewDefinition,
    hash: string,
  ): Promise<void> {
    await retriedTransaction(this.dataSource, async (manager) => {
      if ((await manager.count(ClientViewEntity)) >= MAX_VIEWS) {
        throw new DomainError('limit-exceeded', `There are ${MAX_VIEWS} views already`);
      }
      const made: unknown[] = await manager.query(
        `INSERT INTO client_view (name, registry, claims, expires_at, allowed_cidrs) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (name) DO NOTHING RETURNING name`,
        [
          name,
          registry,
          claims === undefined ? null : JSON.stringify(claims),
          expiresAt ?? null,
          JSON.stringify(allowedCidrs),
        ],
      );
      if (made.length === 0) throw new DomainError('conflict', `There is a view named ${name} already`);
      await addToken(manager, name, hash);
    });
  }

  /**
   * Gives a view a new token. The one before goes on working for the overlap (milliseconds) and no longer than it would
   * have; those before that end. @throws DomainError `not-found`
   */
  async rotate(name: string, hash: string, overlapMs: number): Promise<void> {
    await retriedTransaction(this.dataSource, async (manager) => {
      const found: unknown[] = await manager.query(`SELECT FROM client_view WHERE name = $1 FOR UPDATE`, [
        name,
      ]);
      if (found.length === 0) throw viewNotFound(name);
      await manager.query(
        `DELETE FROM client_view_token WHERE view = $1 AND hash NOT IN
           (SELECT hash FROM client_view_token WHERE view = $1 ORDER BY created_at DESC, hash LIMIT 1)`,
        [name],
      );
      await manager.query(
        `UPDATE client_view_token SET valid_until = least(valid_until, now() + $2 * interval '1 millisecond')
          WHERE view = $1`,
        [name, overlapMs],
      );
      await addToken(manager, name, hash);
    });
  }

  /** Ends a view and all its tokens. @throws DomainError `not-found` */
  async revoke(name: string): Promise<void> {
    const { affected } = await this.dataSource.manager.delete(ClientViewEntity, { name });
    if (affected !== 1) throw viewNotFound(name);
  }
}

/** No view of that name can be changed. */
function viewNotFound(name: string): DomainError {
  return new DomainError('not-found', `View not found: ${name}`);
}

async function addToken(manager: EntityManager, view: string, hash: string): Promise<void> {
  await manager.insert(ClientViewTokenEntity, { hash, view: { name: view } });
}

import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { DomainError } from '../../common/domain-error.js';

/** Who asks for a lease, and for how long, in milliseconds. */
export interface LeaseRequest {
  readonly source: string;
  readonly holder: string;
  readonly lengthMs: number;
  /** Take the lease also when this holder has it, as its last word on it may never have arrived. */
  readonly fromItself?: boolean;
}

/** Names one holding of a lease. */
export interface LeaseRef {
  readonly source: string;
  readonly token: number;
}

/** The rows that say which process runs the rounds of a source. The database's clock alone decides what has expired. */
@Injectable()
export class LeaseStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Takes a lease that is free or has expired, and returns its token; undefined while another has it. The look
   * before keeps those who come in vain from waiting for a commit that the holder has under way.
   */
  async acquire(request: LeaseRequest): Promise<number | undefined> {
    try {
      return await this.tryToAcquire(request);
    } catch (error) {
      // Of several that make the first row of a source at once, all but one break its second key. It is there now.
      if (!isTaken(error)) throw error;
      return this.tryToAcquire(request);
    }
  }

  private async tryToAcquire({
    source,
    holder,
    lengthMs,
    fromItself = false,
  }: LeaseRequest): Promise<number | undefined> {
    const rows: { token: number }[] = await this.dataSource.query(
      `INSERT INTO source_lease AS l (source, holder, token, expires_at)
       SELECT $1, $2, 1, clock_timestamp() + $3 * interval '1 millisecond'
        WHERE NOT EXISTS (SELECT FROM source_lease WHERE source = $1 AND expires_at > clock_timestamp()
                            AND NOT ($4 AND holder = $2))
       ON CONFLICT (source) DO UPDATE
         SET holder = $2, token = l.token + 1, expires_at = clock_timestamp() + $3 * interval '1 millisecond'
       WHERE l.expires_at <= clock_timestamp() OR ($4 AND l.holder = $2)
       RETURNING l.token::float8 AS token`,
      [source, holder, lengthMs, fromItself],
    );
    return rows[0]?.token;
  }

  /** Milliseconds until a lease expires; 0 when it is free. */
  async remaining(source: string): Promise<number> {
    const rows: { remaining: number }[] = await this.dataSource.query(
      `SELECT extract(epoch FROM expires_at - clock_timestamp())::float8 * 1000 AS remaining
         FROM source_lease WHERE source = $1 AND expires_at > clock_timestamp()`,
      [source],
    );
    return Math.max(0, rows[0]?.remaining ?? 0);
  }

  /** Sources with a round that was begun by a process which neither ended it nor prolonged its lease in time. */
  async abandoned(): Promise<readonly string[]> {
    const rows: { source: string }[] = await this.dataSource.query(
      `SELECT l.source FROM source_lease l JOIN source s ON s.name = l.source
        WHERE s.phase = 'syncing' AND l.holder IS NOT NULL AND l.expires_at <= clock_timestamp()`,
    );
    return rows.map(({ source }) => source);
  }

  /** Prolongs a lease; false when another process has taken it over. */
  async renew({ source, token }: LeaseRef, lengthMs: number): Promise<boolean> {
    const [rows]: [unknown[], number] = await this.dataSource.query(
      `UPDATE source_lease SET expires_at = clock_timestamp() + $3 * interval '1 millisecond'
        WHERE source = $1 AND token = $2 AND holder IS NOT NULL RETURNING source`,
      [source, token, lengthMs],
    );
    return rows.length > 0;
  }

  /** Gives a lease up, unless another process has it by now. */
  async release({ source, token }: LeaseRef): Promise<void> {
    await this.dataSource.query(
      `UPDATE source_lease SET holder = NULL, expires_at = '-infinity' WHERE source = $1 AND token = $2`,
      [source, token],
    );
  }

  /** Frees every lease, for a store that no other process can have open. */
  async releaseAll(): Promise<void> {
    await this.dataSource.query(`UPDATE source_lease SET holder = NULL, expires_at = '-infinity'`);
  }
}

/** True for SQLSTATE 23505, a key that somebody else has taken. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505';
}

/**
 * Lets a transaction go on only while the lease is still that of `token`, and keeps others from taking it over until
 * the transaction ends. Having expired does no harm as long as nobody has taken it over.
 * @throws DomainError `conflict`
 */
export async function fence(manager: EntityManager, { source, token }: LeaseRef): Promise<void> {
  const rows: unknown[] = await manager.query(
    'SELECT FROM source_lease WHERE source = $1 AND token = $2 FOR KEY SHARE',
    [source, token],
  );
  if (rows.length > 0) return;
  throw new DomainError('conflict', 'another replica took this source over; nothing was written');
}

import { DomainError } from '../../common/domain-error.js';
import type { RegistryPage } from './registry-page.js';

/** Pages in a row without anything new, after which a registry is taken to go in circles. */
const MAX_STALE_PAGES = 10;
/** Size of the memory for items: 1 MiB however many there are. Two million items leave room to tell new from known. */
const FILTER_BITS = 2 ** 23;
const PROBES = 4;

/**
 * Notices a list that leads back to where it was, in constant memory: cursors by Brent's method, items by a Bloom
 * filter. That one may take a new item for a known one, rarely; that all items of ten pages are, never happens.
 */
export class CircleGuard {
  private readonly filter = new Uint32Array(FILTER_BITS / 32);
  private landmark: string | undefined;
  private steps = 0;
  private lap = 1;
  private stalePages = 0;

  /** @throws DomainError `invalid-source-data` when the list seems to have no end */
  check({ origin, nextCursor, items }: RegistryPage & { readonly origin: string }): void {
    if (nextCursor === undefined) return;
    if (nextCursor === this.landmark) throw endless(origin, 'its cursor has been there before');
    this.steps += 1;
    if (this.steps >= this.lap) {
      this.landmark = nextCursor;
      this.steps = 0;
      this.lap *= 2;
    }
    let isNew = false;
    for (const { fingerprint } of items) if (this.note(fingerprint)) isNew = true;
    this.stalePages = isNew ? 0 : this.stalePages + 1;
    if (this.stalePages < MAX_STALE_PAGES) return;
    throw endless(origin, `${MAX_STALE_PAGES} pages in a row hold nothing new`);
  }

  /** True when it was not there yet. */
  private note(fingerprint: string): boolean {
    const hash = Buffer.from(fingerprint, 'base64');
    let isNew = false;
    for (let probe = 0; probe < PROBES; probe += 1) {
      const bit = hash.readUInt32LE(probe * 4) % FILTER_BITS;
      const mask = 1 << (bit & 31);
      const word = this.filter[bit >>> 5] ?? 0;
      if ((word & mask) === 0) isNew = true;
      this.filter[bit >>> 5] = word | mask;
    }
    return isNew;
  }
}

function endless(origin: string, reason: string): DomainError {
  return new DomainError('invalid-source-data', `The list does not end: ${reason} (${origin})`);
}

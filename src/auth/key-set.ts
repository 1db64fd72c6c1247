import type { SigningKey } from 'jwks-rsa';
import type { Clock } from '../common/clock.js';

/** Keys older than this are fetched again behind the back of the callers, so that withdrawn ones go. In milliseconds. */
const REFRESH_AFTER_MS = 10 * 60_000;
/** A key that was not there is looked for again after this time, in milliseconds. */
const ABSENT_FOR_MS = 30_000;
/** Names of absent keys that are remembered. */
const MAX_ABSENT = 1_000;
/** Least time between two fetches for keys that were not there, in milliseconds. */
const COOL_DOWN_MS = 5_000;

interface Loaded {
  readonly keys: ReadonlyMap<string, SigningKey>;
  readonly at: number;
}

/**
 * The signing keys of one provider by `kid`, fetched when first needed. However many callers wait for a key, there is
 * one fetch; keys stay usable while the provider cannot be reached.
 */
export class KeySet {
  private loaded: Loaded | undefined;
  private fetching: Promise<Loaded> | undefined;
  private lastSearch = Number.NEGATIVE_INFINITY;
  private readonly absent = new Map<string, number>();

  constructor(
    private readonly fetchKeys: () => Promise<readonly SigningKey[]>,
    private readonly clock: Clock,
  ) {}

  /** The key of this name; undefined when the provider has none. Throws what the fetch throws. */
  async find(kid: string): Promise<SigningKey | undefined> {
    const key = this.loaded?.keys.get(kid);
    if (key !== undefined) {
      this.refreshAside();
      return key;
    }
    if (this.fetching === undefined && this.loaded !== undefined) {
      // Made-up names of keys must not make us a burden to the provider.
      if (this.now - this.lastSearch < COOL_DOWN_MS || this.isAbsent(kid)) return undefined;
      this.lastSearch = this.now;
    }
    const found = (await this.fetch()).keys.get(kid);
    if (found === undefined) this.rememberAbsent(kid);
    return found;
  }

  private isAbsent(kid: string): boolean {
    return this.now - (this.absent.get(kid) ?? Number.NEGATIVE_INFINITY) < ABSENT_FOR_MS;
  }

  private rememberAbsent(kid: string): void {
    this.absent.delete(kid);
    this.absent.set(kid, this.now);
    if (this.absent.size > MAX_ABSENT) this.absent.delete(this.absent.keys().next().value ?? kid);
  }

  private refreshAside(): void {
    if (this.loaded === undefined || this.now - this.loaded.at < REFRESH_AFTER_MS) return;
    // The keys that are there go on being used; whoever asks the provider logs why it failed.
    this.fetch().catch(() => {});
  }

  private fetch(): Promise<Loaded> {
    this.fetching ??= this.fetchKeys()
      .then(
        (keys) => {
          this.loaded = { keys: new Map(keys.map((key) => [key.kid, key])), at: this.now };
          return this.loaded;
        },
        (error: unknown) => {
          // A search that failed has not found out anything.
          this.lastSearch = Number.NEGATIVE_INFINITY;
          throw error;
        },
      )
      .finally(() => {
        this.fetching = undefined;
      });
    return this.fetching;
  }

  private get now(): number {
    return this.clock.now().getTime();
  }
}

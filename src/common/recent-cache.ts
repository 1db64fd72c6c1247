/** What may be kept: a number of values, and the sum of their weights. */
export interface CacheBounds {
  readonly values: number;
  readonly weight: number;
}

/**
 * Keeps what was used lately, within bounds. Values live in two generations: when the younger one holds half of what
 * may be kept, it becomes the older one, and what nobody asked for since the last time goes. Unlike a list in the
 * order of use this costs a hit nothing but the look-up.
 */
export class RecentCache<Value> {
  private young = new Map<string, Value>();
  private old = new Map<string, Value>();
  private youngWeight = 0;

  constructor(
    private readonly bounds: CacheBounds,
    private readonly weigh: (key: string, value: Value) => number,
  ) {}

  get(key: string): Value | undefined {
    const value = this.young.get(key);
    if (value !== undefined) return value;
    const older = this.old.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  /** Keeps `value`, unless it alone weighs more than a quarter of all that may be kept. */
  set(key: string, value: Value): void {
    this.old.delete(key);
    const replaced = this.young.get(key);
    if (replaced !== undefined) this.youngWeight -= this.weigh(key, replaced);
    this.young.delete(key);
    const weight = this.weigh(key, value);
    if (weight > this.bounds.weight / 4) return;
    this.young.set(key, value);
    this.youngWeight += weight;
    if (this.young.size >= this.bounds.values / 2 || this.youngWeight >= this.bounds.weight / 2) this.age();
  }

  /** Begins another generation: what nobody asked for since the last one goes. */
  age(): void {
    this.old = this.young;
    this.young = new Map();
    this.youngWeight = 0;
  }
}

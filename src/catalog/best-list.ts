/** Keeps the first `limit` of all that it is given, in their order. */
export class BestList<Item> {
  readonly items: Item[] = [];

  constructor(
    private readonly limit: number,
    private readonly compare: (a: Item, b: Item) => number,
  ) {}

  /** The last of them once there are as many as may be: only what comes before it is of interest. */
  get worst(): Item | undefined {
    return this.items.length < this.limit ? undefined : this.items.at(-1);
  }

  add(item: Item): void {
    const { worst } = this;
    if (worst !== undefined && this.compare(item, worst) >= 0) return;
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.items[middle];
      if (other !== undefined && this.compare(item, other) < 0) high = middle;
      else low = middle + 1;
    }
    this.items.splice(low, 0, item);
    if (this.items.length > this.limit) this.items.pop();
  }
}

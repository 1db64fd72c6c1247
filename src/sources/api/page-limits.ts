/** What the official registry gives at once at most, what it gives unasked, and no word about it. */
const PAGE_SIZES = [100, 30, undefined] as const;
/** What registries answer to a parameter that they do not like. */
const REFUSALS = new Set([400, 422]);

/** How many items a page of one registry may have: as many as it lets itself be asked for. */
export class PageLimits {
  private index = 0;

  /** Starts with a number that was found out before. */
  static from(limit: number | undefined): PageLimits {
    const limits = new PageLimits();
    limits.index = Math.max(
      0,
      PAGE_SIZES.findIndex((size) => size === limit),
    );
    return limits;
  }

  /** What to ask for; undefined for asking without a number. */
  get current(): number | undefined {
    return PAGE_SIZES[this.index];
  }

  /** Takes the next smaller number; false when there is none. */
  shrink(): boolean {
    if (this.index >= PAGE_SIZES.length - 1) return false;
    this.index += 1;
    return true;
  }
}

/** True for the answers to a parameter that the registry does not like. */
export function isRefusal(status: number): boolean {
  return REFUSALS.has(status);
}

import type { Claims } from '../model/claims.js';
import type { VersionKey } from '../model/version-order.js';

/**
 * Gives equal values once, for as long as one load of the catalogue lasts: rows from the store repeat names, versions,
 * sources, tags and claims tens of thousands of times, each time as a text of their own.
 */
export class ValuePool {
  private readonly texts = new Map<string, string>();
  private readonly lists = new Map<string, readonly string[]>();
  private readonly orders = new Map<string, VersionKey>();
  private readonly claimsByText = new Map<string, Claims>();

  text(text: string): string {
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    this.texts.set(text, text);
    return text;
  }

  list(list: readonly string[]): readonly string[] {
    const key = JSON.stringify(list);
    const known = this.lists.get(key);
    if (known !== undefined) return known;
    const made = list.map((item) => this.text(item));
    this.lists.set(key, made);
    return made;
  }

  /** Keys of semantic versions, which do not depend on when they were published. */
  order(key: VersionKey): VersionKey {
    if (key.semver === undefined) return key;
    const known = this.orders.get(key.version);
    if (known !== undefined) return known;
    this.orders.set(key.version, key);
    return key;
  }

  /** The claims of a compact JSON text. */
  claims(text: string): Claims {
    const known = this.claimsByText.get(text);
    if (known !== undefined) return known;
    const made = JSON.parse(text) as Claims;
    this.claimsByText.set(text, made);
    return made;
  }
}

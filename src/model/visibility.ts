import {
  type Claims,
  hasClaims,
  type HeldClaims,
  meetsClaims,
  valuesOf,
  type VisibilitySet,
} from './claims.js';

/** Visibility sets kept; the one used least recently goes first, and its callers get another. */
const MAX_SETS = 1024;

/**
 * Turns the claims of callers into what they may see. Two callers differ only in those claims that some resource asks
 * for: their names, subjects and times do not part them, so whole teams share one set. That is why every claim of a
 * resource must be `learn`ed before it is looked at; one that was not is seen by nobody.
 */
export class Visibilities {
  private readonly asked = new Map<string, Set<string>>();
  private readonly sets = new Map<string, VisibilitySet>();
  private sources: ReadonlyMap<string, Claims> = new Map();
  private made = 0;
  private changes = 0;

  /** Grows when sets that were handed out are no longer up to date: ask again with `of`. */
  get generation(): number {
    return this.changes;
  }

  /** Takes note of claims that a resource has. */
  learn(claims: Claims | undefined): void {
    for (const [name, value] of Object.entries(claims ?? {})) {
      const known = this.asked.get(name) ?? new Set();
      const size = this.asked.has(name) ? known.size : -1;
      for (const item of valuesOf(value)) known.add(item);
      this.asked.set(name, known);
      if (known.size !== size) this.changes += 1;
    }
  }

  /** Sets the claims that hold for everything of a source, from now on. */
  setSourceClaims(sources: ReadonlyMap<string, Claims>): void {
    for (const claims of sources.values()) this.learn(claims);
    this.sources = sources;
    this.sets.clear();
    this.changes += 1;
  }

  /** What a caller with these claims may see. */
  of(held: HeldClaims): VisibilitySet {
    const relevant = this.relevant(held);
    const text = JSON.stringify([...relevant]);
    const set = this.sets.get(text) ?? this.make(relevant);
    this.sets.delete(text);
    this.sets.set(text, set);
    if (this.sets.size > MAX_SETS) this.sets.delete(this.sets.keys().next().value ?? text);
    return set;
  }

  /** Of the held claims what any resource asks for, in one order. A set must depend on nothing else. */
  private relevant(held: HeldClaims): HeldClaims {
    const names = [...this.asked.keys()].filter((name) => held.has(name)).sort();
    return new Map(
      names.map((name) => {
        const asked = this.asked.get(name);
        const values = new Set((held.get(name) ?? []).filter((value) => asked?.has(value)));
        return [name, [...values].sort()];
      }),
    );
  }

  private make(held: HeldClaims): VisibilitySet {
    const { sources } = this;
    this.made += 1;
    return {
      key: `claims-${this.made}`,
      sees(claims, source) {
        const inherited = source === undefined ? undefined : sources.get(source);
        // Nothing that was left without claims by mistake is shown: only a superAdmin finds it.
        if (!hasClaims(claims) && !hasClaims(inherited)) return false;
        return meetsClaims(held, claims ?? {}) && meetsClaims(held, inherited ?? {});
      },
    };
  }
}

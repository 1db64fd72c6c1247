/** Claims of a resource: a name with one value or several. Names are case-sensitive. */
export type Claims = Readonly<Record<string, string | readonly string[]>>;

/** Claims that a caller holds: every value of each name. */
export type HeldClaims = ReadonlyMap<string, readonly string[]>;

/**
 * What one kind of caller may see. Callers with the same claims share one, and with it one view of the catalogue.
 */
export interface VisibilitySet {
  /** Equal keys mean equal answers, so views are cached by it. */
  readonly key: string;
  /**
   * Whether a resource with these claims (undefined: none of its own) may be seen; for an entry, `source` names the
   * source that holds it, whose claims count as well.
   */
  sees(claims: Claims | undefined, source?: string): boolean;
}

/** Without authorization everybody sees everything: claims are kept and not enforced. */
export const OPEN_VISIBILITY: VisibilitySet = { key: 'open', sees: () => true };

/** Callers without claims. */
export const NO_CLAIMS: HeldClaims = new Map();

/**
 * The claims in what a provider says about a caller. Only texts and lists of texts are claims: whatever else is there
 * matches nothing, so a claim of another type never opens anything.
 */
export function heldClaims(payload: Readonly<Record<string, unknown>>): HeldClaims {
  const held = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(payload)) {
    if (typeof value === 'string') held.set(name, [value]);
    else if (Array.isArray(value) && value.every((item) => typeof item === 'string')) held.set(name, value);
  }
  return held;
}

/** True when claims are there at all: an empty map demands nothing, and so says nothing about who may see it. */
export function hasClaims(claims: Claims | undefined): claims is Claims {
  return claims !== undefined && Object.keys(claims).length > 0;
}

/**
 * Whether a caller may see what has these claims: it holds each name, with at least one of the values. A name with an
 * empty list of values only has to be held.
 */
export function meetsClaims(held: HeldClaims, required: Claims): boolean {
  return Object.entries(required).every(([name, value]) => {
    const values = held.get(name);
    const wanted = valuesOf(value);
    return values !== undefined && (wanted.length === 0 || wanted.some((item) => values.includes(item)));
  });
}

/** Whether a caller may give these claims to something: it holds every value of each name. */
export function coversClaims(held: HeldClaims, given: Claims): boolean {
  return Object.entries(given).every(([name, value]) => {
    const values = held.get(name);
    return values !== undefined && valuesOf(value).every((item) => values.includes(item));
  });
}

/** The values of one claim as a list. */
export function valuesOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

/** Claims of a resource or of a token: a name with one value or several. Names are case-sensitive. */
export type Claims = Readonly<Record<string, string | readonly string[]>>;

/**
 * What one kind of caller may see. Callers with the same claims share one, and with it one view of the catalogue.
 */
export interface VisibilitySet {
  /** Equal keys mean equal answers, so views are cached by it. */
  readonly key: string;
  /** Whether an entry with these claims (undefined: none of its own) may be seen. */
  sees(claims: Claims | undefined): boolean;
}

/** Without authorization everybody sees everything: claims are kept and not enforced. */
export const OPEN_VISIBILITY: VisibilitySet = { key: 'open', sees: () => true };

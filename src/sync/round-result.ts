import type { RoundPlan } from './round-reader.js';

/** What one round did. */
export type RoundResult =
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'changed'; readonly revision: number; readonly round: PreparedRound };

/** A round that was read and compared. */
export interface PreparedRound {
  readonly plan: RoundPlan;
  readonly sourceRevision: string;
  readonly rulesFingerprint: string;
  readonly bytes: number;
}

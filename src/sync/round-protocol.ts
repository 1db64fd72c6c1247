/** Messages between a round and its thread: one request at a time, one answer to each. */
import type { DomainErrorCode, Problem } from '../common/domain-error.js';
import type { RefusedDocument } from '../model/entry.js';
import type { SpooledFiles } from './fetched-texts.js';
import type { ReaderRules, RoundLists, RoundPlan } from './round-reader.js';

/** What the thread is started with. */
export interface RoundJob {
  readonly rules: ReaderRules;
  readonly spooled: SpooledFiles;
}

export type RoundRequest =
  /** A page of heads, as the database wrote it. */
  | { readonly type: 'store'; readonly heads: string }
  | { readonly type: 'store-refused'; readonly refused: readonly RefusedDocument[] }
  | { readonly type: 'read'; readonly now: Date }
  | { readonly type: 'batch'; readonly list: keyof RoundLists; readonly index: number };

export type RoundReply =
  | { readonly type: 'done' }
  /** Comes before the plan, any number of times. */
  | { readonly type: 'progress'; readonly documents: number }
  | { readonly type: 'plan'; readonly plan: RoundPlan }
  | { readonly type: 'batch'; readonly rows: readonly RoundLists[keyof RoundLists][] }
  /** An error loses its class on the way, so its parts are sent. Nothing comes after it. */
  | {
      readonly type: 'failed';
      readonly code: DomainErrorCode;
      readonly message: string;
      readonly problems: readonly Problem[];
    };

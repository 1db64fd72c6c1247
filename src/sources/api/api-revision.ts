import { createHash } from 'node:crypto';
import { z } from 'zod';

/** Names the content of a list that is read whole each time; absent for one that the registry does not have. */
const wholeListsSchema = z.strictObject({
  skills: z.string().exactOptional(),
  plugins: z.string().exactOptional(),
});

const feedSchema = z.strictObject({
  /** Last part of the path of the registry's routes. */
  root: z.string(),
  /** The stretch of time in which everything was read last, see {@link slotOf}. */
  slot: z.int(),
  /** Time of the last known change by the registry's clock, in seconds since 1970. */
  position: z.int().nonnegative(),
  /** What changed shortly before, see `change-window.ts`. */
  sum: z.string(),
  count: z.int().nonnegative(),
  /** How many items a page may have; absent where the registry refuses every number. */
  limit: z.int().positive().exactOptional(),
  includeDeleted: z.boolean(),
  lists: wholeListsSchema,
});

/** What the next round needs to ask for changes only. */
export type FeedState = z.output<typeof feedSchema>;
export type WholeLists = z.output<typeof wholeListsSchema>;

/** What a revision says. */
export interface ApiRevision {
  /** Names what was read so far. */
  readonly content: string;
  /** Absent where everything has to be read. */
  readonly feed?: FeedState;
}

const REVISION = /^([\w-]{43})(?: (\{.*\}))?$/s;

/** The text of a revision: a hash, and what the next round needs behind it. Equal ones have equal texts. */
export function formatRevision({ content, feed }: ApiRevision): string {
  return feed === undefined ? content : `${content} ${JSON.stringify(feed)}`;
}

/** Reads a revision; undefined when it is none of this kind of source, or of an earlier version. */
export function parseRevision(text: string | undefined): ApiRevision | undefined {
  const [, content, rest] = REVISION.exec(text ?? '') ?? [];
  if (content === undefined) return undefined;
  if (rest === undefined) return { content };
  const feed = feedSchema.safeParse(jsonOf(rest));
  return feed.success ? { content, feed: feed.data } : undefined;
}

/** Hash of texts, as revisions hold it. */
export function hashOf(...texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\n')).digest('base64url');
}

/**
 * Number of the stretch of time, `intervalMs` long, that `now` is in. Each registry begins its stretches at a time of
 * its own, so that not all of them are read again at once; and as long as one lasts, a revision stays the same.
 */
export function slotOf(now: Date, intervalMs: number, endpoint: string): number {
  const length = Math.max(1, intervalMs);
  const offset = createHash('sha256').update(endpoint).digest().readUInt32LE(0) % length;
  return Math.floor((now.getTime() + offset) / length);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

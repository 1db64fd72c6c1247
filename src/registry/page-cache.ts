import type { ReplyBytes } from '../http/reply-bytes.js';

/** Replies kept for one view of a registry, and the bytes they may take together with their compressed forms. */
const MAX_REPLIES = 512;
const MAX_BYTES = 16 * 1024 * 1024;

/** Ready replies, least recently used first. One cache belongs to one view and ends with it. */
export class PageCache {
  private readonly replies = new Map<string, ReplyBytes>();
  private bytes = 0;

  /** The reply under `key`, made by `make` when it is not there. */
  get(key: string, make: () => ReplyBytes): ReplyBytes {
    const known = this.replies.get(key);
    if (known !== undefined) {
      this.replies.delete(key);
      this.replies.set(key, known);
      return known;
    }
    const reply = make();
    this.replies.set(key, reply);
    this.bytes += weightOf(reply);
    this.evict();
    return reply;
  }

  private evict(): void {
    for (const [key, reply] of this.replies) {
      if (this.replies.size <= MAX_REPLIES && this.bytes <= MAX_BYTES) return;
      this.replies.delete(key);
      this.bytes -= weightOf(reply);
    }
  }
}

/** Compressed forms are made later: half as much again is more than they ever took in real catalogues. */
function weightOf(reply: ReplyBytes): number {
  return Math.ceil(reply.body.length * 1.5) + 512;
}

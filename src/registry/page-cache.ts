import type { ReplyBytes } from '../http/reply-bytes.js';

/** Replies kept, and the bytes they may take together with their compressed forms. */
const MAX_REPLIES = 512;
const MAX_BYTES = 16 * 1024 * 1024;
/** A larger reply is made anew each time: few callers ask for one, and one could push everything else out. */
const MAX_REPLY_BYTES = 2 * 1024 * 1024;

/** Ready replies, least recently used first. */
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
    if (reply.body.length > MAX_REPLY_BYTES) return reply;
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

/** Compressed forms are made later, and never larger than the body: counted at their most. */
function weightOf(reply: ReplyBytes): number {
  return reply.body.length * 3 + 512;
}

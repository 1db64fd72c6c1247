import type { IncomingMessage } from 'node:http';
import type { replyScope } from '../common/private-reply.js';
import type { CommonHeaders } from './common-headers.js';
import type { ReplyBytes, Representation } from './reply-bytes.js';

type ReplyScope = ReturnType<typeof replyScope>;

/** What the headers of a representation depend on besides itself. */
interface HeaderUse {
  /** What was said of `Vary` before. */
  readonly variesBy: string | undefined;
  readonly scope: ReplyScope;
}

/** The headers of a representation, made once. */
export interface ReplyHeaders extends HeaderUse {
  readonly whole: HeaderList;
  /** What a 304 has of them. */
  readonly unchanged: HeaderList;
}

/** A flat list of names and values, as `writeHead` takes it. */
export class HeaderList {
  private together: { readonly common: CommonHeaders; readonly list: string[] } | undefined;

  constructor(private readonly own: readonly string[]) {}

  /** The list alone. */
  copy(): string[] {
    return [...this.own];
  }

  /**
   * The list behind the headers that every response to such a request carries; good until the next call, because the
   * usual one is kept and only the id of the request is put into it.
   */
  after(common: CommonHeaders, request: IncomingMessage): string[] {
    if (!common.isUsual(request)) return common.list(request).concat(this.own);
    if (this.together?.common !== common)
      this.together = { common, list: common.list(request).concat(this.own) };
    const { list } = this.together;
    common.identify(list, request);
    return list;
  }
}

const known = new WeakMap<Representation, ReplyHeaders[]>();

/** The headers of a representation of `reply`. */
export function replyHeaders(
  reply: ReplyBytes,
  made: Representation,
  variesBy: string | undefined,
  scope: ReplyScope,
): ReplyHeaders {
  let uses = known.get(made);
  if (uses === undefined) known.set(made, (uses = []));
  for (const use of uses) if (use.variesBy === variesBy && use.scope === scope) return use;
  const headers = makeHeaders(reply, made, { variesBy, scope });
  uses.push(headers);
  return headers;
}

function makeHeaders(
  reply: ReplyBytes,
  { coding, length, etag }: Representation,
  use: HeaderUse,
): ReplyHeaders {
  const { variesBy, scope } = use;
  const vary = [variesBy, reply.isCompressible && 'Accept-Encoding', scope !== undefined && 'Authorization'];
  const names = vary.filter((name) => typeof name === 'string').join(', ');
  const isPrivate = scope === 'private' && reply.cache === 'revalidate';
  const unchanged = ['Cache-Control', isPrivate ? 'private, no-cache' : reply.cacheControl];
  if (etag !== undefined) unchanged.push('ETag', etag);
  if (names !== '') unchanged.push('Vary', names);
  const whole = Object.entries(reply.headers ?? {}).flat();
  whole.push(...unchanged, 'Content-Type', reply.contentType);
  if (length !== undefined) whole.push('Content-Length', String(length));
  if (coding !== 'identity') whole.push('Content-Encoding', coding);
  return { ...use, whole: new HeaderList(whole), unchanged: new HeaderList(unchanged) };
}

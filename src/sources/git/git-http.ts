import type { GitHttpRequest, GitHttpResponse } from 'isomorphic-git';
import { boundedFetch, type BoundedResponse } from '../../common/bounded-fetch.js';
import { formatByteSize } from '../../common/byte-size.js';
import { DomainError } from '../../common/domain-error.js';
import { upstreamName } from '../../common/upstream-problem.js';
import { mayShareCredentials } from './git-auth.js';
import { REFS_LIMIT } from './git-limits.js';
import { statusProblem } from './git-problem.js';

/** How a repository behind http is reached. Everything in it can be handed to a thread. */
export interface HttpAccess {
  /** Without user info, and without a slash at the end. */
  readonly repository: string;
  readonly authorization?: string;
  readonly caCertPath?: string;
  /** Longest time for one request, in milliseconds. */
  readonly timeoutMs: number;
  /** Largest pack, in bytes, that is taken. */
  readonly packLimit: number;
}

/** Goes through isomorphic-git when a pack is larger than the limit. */
export class PackTooLarge extends Error {}

const DISCOVERY = '/info/refs';

/**
 * The HTTP client that isomorphic-git uses for one fetch: with proxy and authorities, bounded in time and bytes. Git
 * servers move whole repositories by redirecting the first request, so what follows goes where that one ended.
 */
export class GitHttp {
  /** What went wrong on the way; isomorphic-git throws errors of its own then, which say nothing. */
  failure: unknown;
  private current: HttpAccess;

  constructor(
    access: HttpAccess,
    private readonly signal: AbortSignal,
    private readonly onBytes: (count: number) => void,
  ) {
    this.configured = access.repository;
    this.current = access;
  }

  private readonly configured: string;

  /** Where the repository is after redirects, with those credentials that may be sent there. */
  get access(): HttpAccess {
    return this.current;
  }

  readonly request = async (request: GitHttpRequest): Promise<GitHttpResponse> => {
    try {
      const response = await this.send(request);
      if (response.status === 200) return this.answer(request, response);
      response.discard();
      const { repository, authorization } = this.current;
      throw statusProblem(response.status, upstreamName(repository), authorization !== undefined);
    } catch (error) {
      this.failure ??= error;
      throw error;
    }
  };

  private async send(request: GitHttpRequest): Promise<BoundedResponse> {
    const before = this.current.repository;
    const response = await this.sendOnce(request);
    if (request.method !== 'GET') return response;
    this.current = moved(this.current, response.url);
    // A move from http to https is another origin to the client below, which left the credentials out.
    const { repository, authorization } = this.current;
    const wasLeftOut = new URL(repository).origin !== new URL(before).origin && authorization !== undefined;
    if (response.status !== 401 || !wasLeftOut) return response;
    response.discard();
    return this.sendOnce(request);
  }

  private async sendOnce({ url, method = 'GET', headers, body }: GitHttpRequest): Promise<BoundedResponse> {
    const { repository, authorization, caCertPath, timeoutMs } = this.current;
    const content = body === undefined ? undefined : await collect(body);
    return boundedFetch({
      url: `${repository}${url.slice(this.configured.length)}`,
      method,
      headers: { ...headers, ...(authorization !== undefined && { authorization }) },
      ...(content !== undefined && { body: content }),
      ...(caCertPath !== undefined && { caCertPath }),
      signal: this.signal,
      timeoutMs,
      // Counted below, where each limit has its own name.
      maxBytes: Number.MAX_SAFE_INTEGER,
    });
  }

  private answer({ method = 'GET' }: GitHttpRequest, response: BoundedResponse): GitHttpResponse {
    return {
      url: response.url,
      method,
      headers: { 'content-type': response.headers.get('content-type') ?? '' },
      body: this.body(response, method === 'GET'),
      statusCode: response.status,
      statusMessage: '',
    };
  }

  private async *body(response: BoundedResponse, isListing: boolean): AsyncIterableIterator<Uint8Array> {
    let received = 0;
    try {
      for await (const chunk of response.body()) {
        received += chunk.length;
        this.onBytes(chunk.length);
        if (isListing && received > REFS_LIMIT) throw tooManyRefs(this.current.repository);
        if (!isListing && received > this.current.packLimit) throw new PackTooLarge();
        yield chunk;
      }
    } catch (error) {
      this.failure ??= error;
      throw error;
    }
  }
}

/** The access to where the answer to the first request came from. */
function moved(access: HttpAccess, answeredFrom: string): HttpAccess {
  const { authorization, ...open } = access;
  const own = new URL(access.repository);
  const there = new URL(answeredFrom);
  if (there.origin === own.origin && there.pathname === `${own.pathname}${DISCOVERY}`) return access;
  if (!there.pathname.endsWith(DISCOVERY)) {
    const message = `${upstreamName(own)} redirects to a page: check git.repository, and git.auth when it is private`;
    throw new DomainError('upstream-unauthorized', message);
  }
  const repository = `${there.origin}${there.pathname.slice(0, -DISCOVERY.length)}`;
  const mayShare = authorization !== undefined && mayShareCredentials(own, there);
  return { ...open, repository, ...(mayShare && { authorization }) };
}

function tooManyRefs(repository: string): DomainError {
  const message = `${upstreamName(repository)} lists more than ${formatByteSize(REFS_LIMIT)} of branches and tags`;
  return new DomainError('limit-exceeded', message);
}

async function collect(body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

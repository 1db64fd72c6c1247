import { DomainError } from '../../common/domain-error.js';
import { upstreamName } from '../../common/upstream-problem.js';
import { GitHttp, type HttpAccess } from './git-http.js';
import { explainGitError } from './git-problem.js';
import type { RemoteRef } from './git-refs.js';
import { runGitJob } from './git-thread.js';
import type { GitFiles } from './git-files.js';
import type { GitTransport, GitWish } from './git-transport.js';

/** Reads a repository over http with isomorphic-git: names here, packs in a thread. */
export class HttpTransport implements GitTransport {
  private readonly http: GitHttp;
  private readonly counter = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  private listed = 0;

  constructor(
    private readonly access: HttpAccess,
    private readonly signal: AbortSignal,
  ) {
    this.http = new GitHttp(access, signal, (count) => {
      this.listed += count;
    });
  }

  /** Where the repository is after redirects: asked, when nothing was asked yet. */
  async locate(): Promise<HttpAccess> {
    if (this.listed === 0) await this.listRefs();
    return this.http.access;
  }

  async listRefs(): Promise<readonly RemoteRef[]> {
    const url = this.access.repository;
    // Loaded by the first git source only: it takes 0.2 s.
    const { listServerRefs } = await import('isomorphic-git');
    try {
      // Protocol 1 answers with the first request; 2 would need a second one.
      const request = { http: this.http, url, protocolVersion: 1 as const, symrefs: true, peelTags: true };
      return await listServerRefs(request);
    } catch (error) {
      throw this.http.failure instanceof DomainError
        ? this.http.failure
        : await explainGitError(error, upstreamName(url));
    }
  }

  read(wish: GitWish): Promise<GitFiles | 'too-large'> {
    return runGitJob({ access: this.http.access, wish, received: this.counter }, this.signal);
  }

  received(): number {
    return this.listed + (new Float64Array(this.counter)[0] ?? 0);
  }
}

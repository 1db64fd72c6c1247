import { createHash } from 'node:crypto';
import { formatByteSize } from '../../common/byte-size.js';
import { DomainError } from '../../common/domain-error.js';
import { upstreamName } from '../../common/upstream-problem.js';
import type { FetchedFile } from '../source-provider.js';
import type { ApiList, ChangesQuery } from './api-address.js';
import type { ApiClient } from './api-client.js';
import { type ListPage, readList } from './api-pages.js';
import type { PageLimits } from './page-limits.js';

/** What one round reads of a registry. */
export interface ReadingOptions {
  readonly client: ApiClient;
  readonly root: URL;
  readonly limits: PageLimits;
  /** Most bytes of all pages together. */
  readonly maxSize: number;
}

/** Reads lists of one registry during one round, and counts what arrives. */
export class RegistryReading {
  private received = 0;

  constructor(readonly options: ReadingOptions) {}

  /** Bytes of all pages so far. */
  get bytes(): number {
    return this.received;
  }

  /** @throws DomainError `limit-exceeded` when all pages together are too large; what {@link readList} throws */
  async *pages(list: ApiList, changes?: ChangesQuery): AsyncGenerator<ListPage> {
    const { client, root, limits, maxSize } = this.options;
    for await (const page of readList(client, { root, list, limits, ...(changes && { changes }) })) {
      this.received += Buffer.byteLength(page.text);
      if (this.received > maxSize) throw this.tooLarge();
      yield page;
    }
  }

  /**
   * Hands on the pages of a whole list and names its content, as the value that the generator returns. Undefined for
   * a list that the registry does not have.
   */
  async *whole(
    list: ApiList,
    onPage: (page: ListPage) => void = () => {},
  ): AsyncGenerator<FetchedFile, string | undefined> {
    const hash = createHash('sha256');
    let isThere = false;
    for await (const page of this.pages(list)) {
      isThere = true;
      onPage(page);
      for (const { fingerprint } of page.items) hash.update(`${fingerprint}\n`);
      yield* filesOf(page);
    }
    return isThere ? hash.digest('base64url') : undefined;
  }

  private tooLarge(): DomainError {
    const { root, maxSize } = this.options;
    const message = `All pages of ${upstreamName(root)} together have more than api.maxSize (${formatByteSize(maxSize)})`;
    return new DomainError('limit-exceeded', `${message}: raise it`);
  }
}

/** A page as a file. An empty list may be null, which says nothing about a format. */
export function filesOf({ origin, text, items }: ListPage): FetchedFile[] {
  return items.length > 0 ? [{ origin, text }] : [];
}

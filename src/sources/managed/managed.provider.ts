import { Injectable } from '@nestjs/common';
import type { Fetched, SourceProvider } from '../source-provider.js';

/** Nothing can be published yet, so there is nothing to read: no entry, and no failure either. */
const NOTHING = { origin: 'managed', text: '{"servers":[]}' };

/** A source whose entries are written through the API. It has no upstream, and so always counts as read. */
@Injectable()
export class ManagedProvider implements SourceProvider<'managed'> {
  readonly kind = 'managed';
  readonly abilities = { watchable: false, incremental: false, cheapCheck: true };

  fetch(): Promise<Fetched> {
    return Promise.resolve({ changed: true, revision: 'empty', bytes: 0, files: [NOTHING] });
  }
}

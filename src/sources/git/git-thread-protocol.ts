import type { DomainErrorCode } from '../../common/domain-error.js';
import type { GitFiles } from './git-files.js';
import type { HttpAccess } from './git-http.js';
import type { GitWish } from './git-transport.js';

/** What the thread is started with. */
export interface GitJob {
  readonly access: HttpAccess;
  readonly wish: GitWish;
  /** One float that the thread counts received bytes in. */
  readonly received: SharedArrayBuffer;
}

/** The one message of the thread. An error loses its class on the way, so its parts are sent. */
export type GitReply =
  | { readonly type: 'files'; readonly files: GitFiles }
  | { readonly type: 'too-large' }
  | { readonly type: 'failed'; readonly code: DomainErrorCode; readonly message: string };

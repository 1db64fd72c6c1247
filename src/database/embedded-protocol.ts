/** Messages between the server and the thread of the embedded engine. */

/** `directory` absent: in memory. `seed`: path of the archive that a new cluster starts from. */
export interface EmbeddedSettings {
  readonly directory?: string;
  readonly seed?: string;
  /** Memory of a `StoreFence` that the thread heeds. */
  readonly fence?: SharedArrayBuffer;
}

export type EmbeddedRequest =
  | { readonly type: 'reset' }
  | { readonly type: 'data'; readonly connection: number; readonly bytes: Uint8Array }
  | { readonly type: 'dump' }
  | { readonly type: 'close' };

export type EmbeddedReply =
  | { readonly type: 'ready' }
  | { readonly type: 'data'; readonly connection: number; readonly bytes: Uint8Array }
  | { readonly type: 'dump'; readonly bytes: Uint8Array }
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly message: string };

import type { ClusterClient } from '../../common/cluster-client.js';
import { asText, itemsOf, memberOf } from '../../model/json-value.js';

/** Objects asked for at once: what a page may hold is bounded by its bytes as well. */
const PAGE_SIZE = 250;
/** Shortest and longest time after which the server ends a watch by itself, in seconds. */
const WATCH_SECONDS = [240, 300] as const;

/** All objects of a collection, page by page. Returns the resource version at which a watch goes on. */
export async function* listCollection(
  client: ClusterClient,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<readonly unknown[], string> {
  let from = '';
  for (;;) {
    const query = new URLSearchParams({ limit: String(PAGE_SIZE), ...(from !== '' && { continue: from }) });
    const page = await client.get(`${path}?${query.toString()}`, signal);
    yield itemsOf(memberOf(page, 'items'));
    const metadata = memberOf(page, 'metadata');
    from = asText(memberOf(metadata, 'continue')) ?? '';
    if (from === '') return asText(memberOf(metadata, 'resourceVersion')) ?? '';
  }
}

/** Where a collection is watched from a resource version on. Many watches do not end at the same time. */
export function watchPath(path: string, resourceVersion: string): string {
  const [shortest, longest] = WATCH_SECONDS;
  const query = new URLSearchParams({
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(Math.round(shortest + Math.random() * (longest - shortest))),
    resourceVersion,
  });
  return `${path}?${query.toString()}`;
}

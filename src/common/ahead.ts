/**
 * What `fetch` brings for each item, in order; the next one is on its way while the last one is used, and nobody hears of
 * its failure who does not come to it.
 * @throws what `fetch` throws
 */
export async function* ahead<Item, Result>(
  items: Iterable<Item>,
  fetch: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  let next: Promise<Result> | undefined;
  for (const item of items) {
    const last = next === undefined ? undefined : { result: await next };
    next = fetch(item);
    next.catch(() => undefined);
    if (last !== undefined) yield last.result;
  }
  if (next !== undefined) yield await next;
}

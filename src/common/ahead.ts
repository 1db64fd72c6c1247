/**
 * What `fetch` brings for each item, in order; while one is used, as many as `count` further ones are on their way. Nobody
 * hears of the failure of one who does not come to it.
 * @throws what `fetch` throws
 */
export async function* ahead<Item, Result>(
  items: Iterable<Item>,
  fetch: (item: Item) => Promise<Result>,
  count = 1,
): AsyncGenerator<Result> {
  const coming: Promise<Result>[] = [];
  for (const item of items) {
    const first = coming.length < count ? undefined : coming.shift();
    const ready = first && { result: await first };
    const next = fetch(item);
    next.catch(() => undefined);
    coming.push(next);
    if (ready !== undefined) yield ready.result;
  }
  for (const next of coming) yield await next;
}

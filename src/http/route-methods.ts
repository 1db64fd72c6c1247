/** What is used of Express 5's router: its layers in order, those of routes with their methods. */
export interface RouteTable {
  readonly stack: readonly {
    readonly route?: { readonly methods: Readonly<Record<string, boolean>> } | undefined;
    match(path: string): unknown;
  }[];
}

/**
 * The value of `Allow` for `path`: every method that some route takes, `HEAD` wherever `GET` is, and `OPTIONS`,
 * which is answered for all paths. Undefined when no route has the path. Middleware and routes for every method
 * do not count: they say nothing about what exists.
 */
export function allowedMethods(table: RouteTable, path: string): readonly string[] | undefined {
  const methods = new Set<string>();
  for (const layer of table.stack) {
    if (layer.route === undefined || !matches(layer, path)) continue;
    for (const method of Object.keys(layer.route.methods)) {
      if (method !== '_all') methods.add(method.toUpperCase());
    }
  }
  if (methods.size === 0) return undefined;
  if (methods.has('GET')) methods.add('HEAD');
  methods.add('OPTIONS');
  return [...methods].sort();
}

/** A path with broken percent-escapes makes the router throw; then it matches nothing. */
function matches(layer: RouteTable['stack'][number], path: string): boolean {
  try {
    return Boolean(layer.match(path));
  } catch {
    return false;
  }
}

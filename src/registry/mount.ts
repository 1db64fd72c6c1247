/** A registry's routes lie below its own address and, for the default registry, at the root. */
const MOUNTS = ['', 'registry/:registry/'] as const;

/** Paths of a controller for `path` at every mount, in the one spelling that `canonical-path.ts` produces. */
export function mounted(path: string): string[] {
  return MOUNTS.map((mount) => `${mount}${path}`);
}

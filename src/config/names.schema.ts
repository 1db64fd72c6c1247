import { z } from 'zod';

/** What names of new sources and registries look like; older ones may differ and are encoded in paths. */
export const NEW_NAME = /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/;

/** The name of a source or registry. */
export const nameSchema = z
  .string()
  .min(1)
  .max(255)
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  .regex(/^[^\u0000-\u001f\u007f]*$/, { error: 'must not contain control characters' });

/** Reports each name that an item before it has, at the later item. Items may be of any type. */
export function checkUniqueNames(items: unknown, context: z.RefinementCtx, what: string): void {
  if (!Array.isArray(items)) return;
  const seen = new Set<string>();
  items.forEach((item: unknown, index) => {
    const name = nameOf(item);
    if (name === undefined) return;
    if (seen.has(name)) {
      context.addIssue({
        code: 'custom',
        path: [index, 'name'],
        message: `another ${what} is named '${name}'`,
      });
    }
    seen.add(name);
  });
}

/** The `name` member of a map, when it is a text. */
export function nameOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null || !('name' in item)) return undefined;
  return typeof item.name === 'string' ? item.name : undefined;
}

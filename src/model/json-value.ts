/** Reads parsed JSON whose shape nobody has promised. Only own members count, so that `__proto__` is one like others. */

/** The members of `value` when it is an object, neither array nor null. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : undefined;
}

/** One member of `value`, when it is an object that has it. */
export function memberOf(value: unknown, key: string): unknown {
  const object = asObject(value);
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The items of `value` when it is an array, else none. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** `value` when it is a string. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

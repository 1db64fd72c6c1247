/** Where a value is in the configuration: keys of maps and indexes of lists, outermost first. */
export type ConfigPath = readonly (string | number)[];

/** The usual spelling of a path: `sources[1].git.branch`. */
export function pathText(path: ConfigPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const key = /^[\w$-]+$/.test(step) ? step : JSON.stringify(step);
    return text === '' ? key : `${text}.${key}`;
  }, '');
}

/** Keys of a map and items of a list are read alike; anything else has no members. */
export function memberOf(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Record<string | number, unknown>)[step];
}

/**
 * A copy of `root` in which `path` has `value`, or nothing when `value` is `undefined`. Missing maps on the way are
 * made; where the way leads through something that is neither map nor list, `root` comes back as it is.
 */
export function withValue(root: unknown, path: ConfigPath, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const container: unknown = root ?? (value === undefined ? undefined : {});
  if (typeof container !== 'object' || container === null) return root;
  const member = withValue(memberOf(container, step), rest, value);
  if (Array.isArray(container)) {
    return container.map((item: unknown, index) => (index === step ? member : item));
  }
  const others = Object.entries(container).filter(([key]) => key !== step);
  return Object.fromEntries(member === undefined ? others : [...others, [String(step), member]]);
}

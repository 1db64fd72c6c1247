/** What the rules need to know of an absolute URI. */
export interface AbsoluteUri {
  /** In lower case, without the colon. */
  readonly scheme: string;
  /** In lower case, without user, port and brackets; empty when there is none. */
  readonly host: string;
}

const CONTROL_CHARACTER = /\p{Control}/u;
const BROKEN_ESCAPE = /%(?![0-9a-f]{2})/i;
const SCHEME = /^(?<scheme>[a-z][a-z0-9+.-]*):(?<rest>.*)$/is;
const AUTHORITY = /^(?:[^@]*@)*(?:\[(?<ip>[0-9a-f:.]+)\]|(?<name>[^\s{}|\\^`%:[\]@]*))(?::\d*)?$/i;
const PLACEHOLDER = /\{([^{}]+)\}/g;

/**
 * Reads an absolute URI as leniently as the official registry does: blanks and quotes in a path pass, which
 * RFC 3986 and WHATWG parsers would refuse or rewrite; broken escapes, ports and host names do not.
 * Undefined when it is none.
 */
export function parseAbsoluteUri(text: string): AbsoluteUri | undefined {
  if (CONTROL_CHARACTER.test(text)) return undefined;
  const [beforeFragment = '', ...fragment] = text.split('#');
  const groups = SCHEME.exec(beforeFragment)?.groups;
  if (groups === undefined || BROKEN_ESCAPE.test(fragment.join('#'))) return undefined;
  const scheme = (groups['scheme'] ?? '').toLowerCase();
  const [hierarchy = ''] = (groups['rest'] ?? '').split('?', 1);
  if (!hierarchy.startsWith('/')) return { scheme, host: '' };
  if (BROKEN_ESCAPE.test(hierarchy)) return undefined;
  if (!hierarchy.startsWith('//')) return { scheme, host: '' };
  const authority = AUTHORITY.exec(hierarchy.slice(2).split('/', 1)[0] ?? '')?.groups;
  if (authority === undefined) return undefined;
  return { scheme, host: (authority['ip'] ?? authority['name'] ?? '').toLowerCase() };
}

/** Names between braces in a URL template, without repeats: `http://{host}:{--port}` has `host` and `--port`. */
export function placeholders(template: string): string[] {
  return [...new Set(Array.from(template.matchAll(PLACEHOLDER), ([, name = '']) => name))];
}

/** An example of what a template becomes. A digit may stand in a host, a port and a path alike. */
export function fillPlaceholders(template: string): string {
  return template.replaceAll(PLACEHOLDER, '8');
}

/** True for the host names by which a machine reaches only itself, as far as the official registry knows them. */
export function isLocalHost(host: string): boolean {
  return host === 'localhost' || host === '127.0.0.1' || host.endsWith('.localhost');
}

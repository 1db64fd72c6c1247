import { validateHeaderName, validateHeaderValue } from 'node:http';
import { DomainError } from '../../common/domain-error.js';

/**
 * The same headers with names in lower case, so that a later one replaces an earlier one. They are checked here,
 * because libraries quote the value that they refuse, which may be a secret.
 * @throws DomainError `invalid-configuration`, naming the header and never its value
 */
export function checkedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]): [string, string] => {
    if (!isSendable(name, value)) {
      throw new DomainError('invalid-configuration', `api.headers: ${JSON.stringify(name)} cannot be sent`);
    }
    return [name.toLowerCase(), value];
  });
  return Object.fromEntries(entries);
}

/** True when both may stand in a request. */
export function isSendable(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

import { DomainError } from '../common/domain-error.js';

/** Longest cursor, in characters. Names, versions and filters within their own limits always fit. */
export const MAX_CURSOR_LENGTH = 4096;

const ALPHABET = /^[A-Za-z0-9_-]+$/;

/** JSON as the text of a cursor: `[A-Za-z0-9_-]` only, because clients append it to URLs as it is. */
export function writeCursorText(json: string): string {
  return Buffer.from(json, 'utf8').toString('base64url');
}

/** The value in the text of a cursor; undefined when it holds no JSON. Throws `invalid-cursor` for other characters. */
export function readCursorText(text: string): unknown {
  if (text.length > MAX_CURSOR_LENGTH || !ALPHABET.test(text)) throw invalidCursor();
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** What every list says to a text that is no cursor of its own. */
export function invalidCursor(): DomainError {
  const message = 'Invalid cursor parameter: it must be the unchanged nextCursor of an earlier page';
  return new DomainError('invalid-cursor', message, { problems: [{ message, location: 'query.cursor' }] });
}

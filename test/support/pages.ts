import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A fenced block: the words behind its fence, and its text. */
export interface Block {
  readonly kind: string;
  readonly text: string;
}

/** A page of the documentation, by its path in the project. */
export function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** The fenced blocks of a page, in its order. */
export function blocksOf(file: string): Block[] {
  const fences = read(file).matchAll(/^```(.*)\n([^]*?)^```$/gm);
  return [...fences].map(([, kind = '', text = '']) => ({ kind: kind.trim(), text }));
}

/** The only block of a page that has these words. @throws Error where there is none, or several */
export function blockWith(file: string, words: string): string {
  const found = blocksOf(file).filter(({ text }) => text.includes(words));
  if (found.length !== 1) throw new Error(`${file} has ${found.length} blocks with ${words}`);
  return found[0]?.text ?? '';
}

/** Text of a page with what its readers replace; each must be there, or the page has changed. */
export function filledIn(text: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((filled, [placeholder, value]) => {
    if (!filled.includes(placeholder)) throw new Error(`There is no ${placeholder} in:\n${text}`);
    return filled.replaceAll(placeholder, value);
  }, text);
}

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SHARED = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** True where the judged documents and real catalogues lie beside the project; tests on them skip elsewhere. */
export const hasSharedData = existsSync(SHARED);

/** Path of one file of that data. */
export function sharedData(name: string): string {
  return `${SHARED}${name}`;
}

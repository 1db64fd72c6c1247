import { readSecretFile } from '../common/secret-file.js';
import type { ViewConfig } from '../config/registry-config.js';
import type { ViewDefinition } from '../database/stores/view.store.js';
import { hashViewToken, isViewToken } from '../model/view-token.js';

/** Two tokens, as during an overlap. */
const MAX_TOKENS = 2;

/** A client view of the configuration with the hashes of its tokens. */
export interface ConfiguredView extends ViewDefinition {
  readonly tokens: readonly { readonly hash: string; readonly validUntil: null }[];
}

/** Problems that were told and still last, so that each is told once. */
const told = new Set<string>();

/**
 * Reads the views of a configuration with the files that hold their tokens. A view without a usable token opens
 * nothing; `report` hears why.
 */
export async function configuredViews(
  views: readonly ViewConfig[],
  report: (problem: string) => void,
): Promise<readonly ConfiguredView[]> {
  const problems = new Set<string>();
  const read = await Promise.all(
    views.map(async ({ name, registry, claims, expires, allowedCidrs, tokenFile, tokenSha256 = [] }) => {
      const hashes =
        tokenFile === undefined
          ? tokenSha256
          : await hashesIn(tokenFile, name).catch((error: unknown) => {
              problems.add((error as Error).message);
              return [];
            });
      return {
        name,
        registry,
        ...(claims !== undefined && { claims }),
        ...(expires !== undefined && { expiresAt: new Date(expires) }),
        allowedCidrs,
        tokens: hashes.map((hash) => ({ hash, validUntil: null })),
      };
    }),
  );
  for (const problem of problems) if (!told.has(problem)) report(problem);
  told.clear();
  for (const problem of problems) told.add(problem);
  return read.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function hashesIn(file: string, view: string): Promise<string[]> {
  const tokens = (await readSecretFile(file, `views.${view}.tokenFile`)).split(/\s+/);
  if (tokens.length > MAX_TOKENS || !tokens.every(isViewToken)) {
    throw new Error(
      `views.${view}.tokenFile: ${file} must hold one token, or two in two lines, each of 43 to 128 of the characters ` +
        'A-Z, a-z, 0-9, - and _',
    );
  }
  return tokens.map(hashViewToken);
}

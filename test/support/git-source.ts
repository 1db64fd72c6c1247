import type { GitSettings, SourceConfig } from '../../src/config/registry-config.js';

/** A git source as the configuration describes it, of `registry.json` unless told otherwise. */
export function gitSource(
  git: Partial<GitSettings> & { readonly repository: string },
): SourceConfig & { readonly kind: 'git' } {
  return {
    name: 'repo',
    kind: 'git',
    git: { path: 'registry.json', timeoutMs: 20_000, maxSize: 100 * 1024 * 1024, ...git },
    syncPolicy: {
      intervalMs: 1000,
      timeoutMs: 60_000,
      retry: { maxAttempts: 5, initialDelayMs: 5, maxDelayMs: 20 },
      allowMassRemoval: true,
    },
  };
}

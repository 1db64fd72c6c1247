import type { RegistryConfig } from './registry-config.js';

/** Blocks that take effect while the program runs; the others do at its next start. */
const RELOADED = ['sources', 'registries', 'views'] as const satisfies readonly (keyof RegistryConfig)[];

/** A new reading beside the one in force. */
export interface Reload {
  /** What is in force from now on. */
  readonly config: RegistryConfig;
  /** Reloaded blocks that differ. */
  readonly changed: readonly string[];
  /** Other blocks that differ: their new content waits for a restart. */
  readonly waiting: readonly string[];
}

/** Takes from `next` what can change while the program runs. */
export function planReload(current: RegistryConfig, next: RegistryConfig): Reload {
  const blocks = [...new Set([...Object.keys(current), ...Object.keys(next)])] as (keyof RegistryConfig)[];
  const differing = blocks.filter((block) => JSON.stringify(current[block]) !== JSON.stringify(next[block]));
  const isReloaded = (block: string) => RELOADED.some((reloaded) => reloaded === block);
  return {
    config: Object.freeze({
      ...current,
      sources: next.sources,
      registries: next.registries,
      views: next.views,
    }),
    changed: differing.filter(isReloaded).sort(),
    waiting: differing.filter((block) => !isReloaded(block)),
  };
}

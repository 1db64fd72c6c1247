import { SetMetadata } from '@nestjs/common';

/**
 * Who may call a route.
 * - `public`: everybody, whatever the mode (probes, documents)
 * - `read`: whoever may read the registry, and sees what the claims allow
 * - `write`: whoever may change what a registry holds
 * - `self`: every caller, about itself
 * - `manageSources`, `manageRegistries`, `manageEntries`, `superAdmin`: callers with that role; reading by these needs
 *   nothing in anonymous mode
 */
export const ACCESS_LEVELS = [
  'public',
  'read',
  'write',
  'self',
  'manageSources',
  'manageRegistries',
  'manageEntries',
  'superAdmin',
] as const;

export type AccessLevel = (typeof ACCESS_LEVELS)[number];

export const ACCESS_METADATA = 'thv:access';

/** Declares who may call a route, or every route of a controller. No route goes without. */
export const Access = (level: AccessLevel) => SetMetadata(ACCESS_METADATA, level);

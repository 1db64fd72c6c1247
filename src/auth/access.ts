import { SetMetadata } from '@nestjs/common';

/**
 * Who may call a route. `public`: everybody, whatever the mode (probes, documents). `read`: whoever may read the
 * registry, and sees what the claims allow. `write`: whoever may change it.
 */
export type AccessLevel = 'public' | 'read' | 'write';

export const ACCESS_METADATA = 'thv:access';

/** Declares who may call a route, or every route of a controller. No route goes without. */
export const Access = (level: AccessLevel) => SetMetadata(ACCESS_METADATA, level);

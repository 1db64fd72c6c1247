import { formatDuration } from '../common/duration.js';
import type { SourceConfig } from '../config/registry-config.js';
import type { SourceEntity } from '../database/entities/source.entity.js';
import type { RoundCounts } from '../sync/round-counts.js';
import { syncStatus } from '../sync/sync-status.js';
import { shownSettings } from './source-settings.js';

/** A source as the administration shows it: definition, status, and the rounds of this process. */
export function sourceInfo(
  source: SourceConfig,
  stored: SourceEntity | undefined,
  rounds: RoundCounts,
): object {
  const { name, kind, format, filter, claims, syncPolicy } = source;
  return {
    name,
    type: kind,
    sourceType: kind,
    creationType: 'CONFIG',
    ...(format !== undefined && { format }),
    sourceConfig: shownSettings(source),
    ...(filter !== undefined && { filterConfig: filter }),
    ...(isRepeated(source) && { syncSchedule: formatDuration(syncPolicy.intervalMs) }),
    ...(claims !== undefined && { claims }),
    syncStatus: syncStatus(stored),
    rounds,
    ...(stored !== undefined && {
      createdAt: stored.createdAt.toISOString(),
      updatedAt: stored.updatedAt.toISOString(),
    }),
  };
}

/** Entries that are published or watched come by themselves. */
function isRepeated({ kind }: SourceConfig): boolean {
  return kind !== 'managed' && kind !== 'kubernetes';
}

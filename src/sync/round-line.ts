import type { LoggerService } from '@nestjs/common';
import { isDomainError } from '../common/domain-error.js';
import { formatDuration } from '../common/duration.js';
import type { RoundResult } from './round-result.js';

/** Where the line of a round goes. */
export type RoundLog = Pick<LoggerService, 'log' | 'warn' | 'error'> & { debug(line: object): void };

/** A round of a source, and how long it took, in milliseconds. */
interface EndedRound {
  readonly source: string;
  readonly durationMs: number;
}

/** One line for a round that succeeded: what nobody needs to know at `debug`, refused documents as a warning. */
export function logRound(log: RoundLog, round: EndedRound, result: RoundResult): void {
  const { source } = round;
  if (result.outcome === 'unchanged') {
    return log.debug({ msg: `${source}: unchanged`, ...round, outcome: 'unchanged' });
  }
  const { plan, bytes, sourceRevision } = result.round;
  const { added, changed, removed, unchanged, refused } = plan;
  const counts = { added, changed, removed, unchanged, refused };
  const numbers = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  const msg = `${source}: ${numbers.join(', ')} (revision ${sourceRevision.slice(0, 12)})`;
  const { outcome, revision } = result;
  const line = { msg, ...round, outcome, ...counts, bytes, sourceRevision, revision };
  if (refused > 0) return log.warn(line);
  if (added + changed + removed > 0) return log.log(line);
  log.debug(line);
}

/** One line for a round that failed. */
export function logFailure(
  log: RoundLog,
  round: EndedRound,
  { error, delayMs }: { error: unknown; delayMs: number },
): void {
  const reason = error instanceof Error ? error.message : String(error);
  const msg = `${round.source}: ${reason}; next attempt in ${formatDuration(delayMs)}`;
  const code = isDomainError(error) ? { code: error.code } : {};
  log.error({ msg, ...round, outcome: 'failed', ...code });
}

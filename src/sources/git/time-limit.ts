import { DomainError } from '../../common/domain-error.js';
import { formatDuration } from '../../common/duration.js';

/** What ends a piece of work early. */
export interface TimeLimit {
  /** For messages. */
  readonly what: string;
  readonly timeoutMs: number;
  /** Ends it from outside. */
  readonly signal: AbortSignal;
}

/** Handed to the work: what it has to obey, and where it says how far it came. */
export interface LimitedWork {
  readonly signal: AbortSignal;
  received: () => number | undefined;
}

const MEGABYTE = 1e6;

/**
 * Runs `work` until it ends, the time is over or the signal comes. It must end soon after its own signal.
 * @throws DomainError `time-limit-exceeded` with the limit and what had arrived, `aborted`, or what `work` throws
 */
export async function withinTime<Result>(
  { what, timeoutMs, signal }: TimeLimit,
  work: (limited: LimitedWork) => Promise<Result>,
): Promise<Result> {
  const timer = AbortSignal.timeout(timeoutMs);
  const limited: LimitedWork = { signal: AbortSignal.any([signal, timer]), received: () => undefined };
  try {
    return await work(limited);
  } catch (error) {
    // Whatever broke then, broke because of it.
    if (signal.aborted) throw new DomainError('aborted', `Reading ${what} was stopped`, { cause: error });
    if (!timer.aborted) throw error;
    const received = limited.received();
    const arrived = received === undefined ? '' : `; ${(received / MEGABYTE).toFixed(1)} MB had arrived`;
    const message = `Reading ${what} took longer than git.timeout (${formatDuration(timeoutMs)})${arrived}`;
    throw new DomainError('time-limit-exceeded', message, { cause: error });
  }
}

import { HttpException } from '@nestjs/common';
import { isDomainError } from '../common/domain-error.js';
import { domainProblem, faultProblem, statusProblem, type ProblemContext } from './problem.js';
import type { ReplyBytes } from './reply-bytes.js';

/** How an error is answered, and whether it is a fault of ours that belongs into the log. */
export interface ErrorReply {
  readonly reply: ReplyBytes;
  readonly isFault: boolean;
}

/** The answer to anything that was thrown: failures with a code, those of Nest and Express, and unknown ones. */
export function errorReply(error: unknown, context: ProblemContext): ErrorReply {
  if (isDomainError(error)) return { reply: domainProblem(error, context), isFault: false };
  if (!(error instanceof HttpException)) return { reply: faultProblem(500, context), isFault: true };
  const status = error.getStatus();
  if (status >= 400 && status < 500) {
    return { reply: statusProblem(status, error.message, context), isFault: false };
  }
  return { reply: faultProblem(status >= 500 ? status : 500, context), isFault: true };
}

/** What the log says about a fault; the stack is its second part. */
export function describeFault(
  error: unknown,
  requestId: string,
): [message: string, stack: string | undefined] {
  if (error instanceof Error) return [`Request ${requestId} failed: ${error.message}`, error.stack];
  return [`Request ${requestId} failed: ${String(error)}`, undefined];
}

/** The one place that turns whatever ended a command into its exit code and its words on standard error. */
import { isDomainError, type DomainError } from '../common/domain-error.js';
import { UsageError } from './usage-error.js';

/** 0 when only help was asked for, 2 for wrong usage, 1 for everything else. */
export function exitCodeOf(error: unknown): 0 | 1 | 2 {
  if (error instanceof UsageError) return 2;
  if (!isParserError(error)) return 1;
  return error.exitCode === 0 ? 0 : 2;
}

/**
 * One line that says why and what to do; each further problem of the same failure on a line of its own. Empty when
 * the parser of the command line has said it already. Only an unexpected error shows its stack.
 */
export function failureText(error: unknown): string {
  if (error instanceof UsageError) return `error: ${error.message}\n`;
  if (isParserError(error)) return '';
  if (isDomainError(error)) return domainErrorText(error);
  return `error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}

function domainErrorText({ message, problems }: DomainError): string {
  const lines = [`error: ${message}`];
  if (problems.length > 1) {
    for (const { location, message: problem } of problems) {
      lines.push(`  ${location === undefined ? problem : `${location}: ${problem}`}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Errors of the parser tell themselves apart by their code; its class belongs to a package inside another one. */
function isParserError(error: unknown): error is Error & { readonly exitCode: unknown } {
  return (
    error instanceof Error &&
    'exitCode' in error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('commander.')
  );
}

import type { OutputFormat } from './output-format.js';

/** Errors make `validate` fail; `info` never does, not even with `--strict`. */
export type Severity = 'error' | 'warning' | 'info';

/** One thing that is wrong in one place of one file. */
export interface ValidationProblem {
  readonly severity: Severity;
  /** JSON pointer from the root of the file; `""` for all of it. */
  readonly pointer: string;
  /** From 1; absent where the file could not be read, or holds no such place. */
  readonly line?: number;
  readonly column?: number;
  /** The code of the official registry, for what only it refuses. */
  readonly code?: string;
  readonly message: string;
}

/** What was found in one file. */
export interface FileReport {
  readonly file: string;
  readonly documents: number;
  readonly problems: readonly ValidationProblem[];
}

/** How many problems of one severity there are. */
export function countProblems(files: readonly FileReport[], severity: Severity): number {
  return files.reduce(
    (sum, { problems }) => sum + problems.filter((problem) => problem.severity === severity).length,
    0,
  );
}

/** Everything that `validate` prints: a line for each problem and a summary, or one JSON object. */
export function reportText(files: readonly FileReport[], format: OutputFormat): string {
  const errors = countProblems(files, 'error');
  const warnings = countProblems(files, 'warning');
  if (format === 'json') return `${JSON.stringify({ files, errors, warnings }, null, 2)}\n`;
  const documents = files.reduce((sum, file) => sum + file.documents, 0);
  const lines = files.flatMap(({ file, problems }) => problems.map((problem) => problemLine(file, problem)));
  const summary = `${files.length} files, ${documents} documents, ${errors} errors, ${warnings} warnings`;
  return `${[...lines, summary].join('\n')}\n`;
}

function problemLine(file: string, problem: ValidationProblem): string {
  const { severity, pointer, line, column, code, message } = problem;
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const where = pointer === '' ? '' : `${pointer}: `;
  // A name from a hostile file must not reach the terminal as a command.
  const text = `${place}: ${severity}: ${where}${message}${code === undefined ? '' : ` (${code})`}`;
  return text.replace(/\p{Cc}/gu, '\uFFFD');
}

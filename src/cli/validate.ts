import { DomainError } from '../common/domain-error.js';
import type { OutputFormat } from './output-format.js';
import { validateConfig } from './validate-config.js';
import { validateFiles } from './validate-files.js';
import { countProblems, reportText } from './validation-report.js';

/** What `validate` was asked for. */
export interface ValidateRequest {
  readonly files: readonly string[];
  readonly config?: string | undefined;
  /** Makes warnings errors. */
  readonly strict: boolean;
  readonly format: OutputFormat;
}

/** What `validate` prints, and what it fails with when anything is an error. */
export async function validate(
  request: ValidateRequest,
): Promise<{ readonly text: string; readonly failure?: DomainError }> {
  const { files, config, strict, format } = request;
  const ofConfig = config === undefined ? [] : await validateConfig(config, { strict });
  const reports = [...ofConfig, ...(await validateFiles(files, { strict }))];
  const text = reportText(reports, format);
  const errors = countProblems(reports, 'error');
  if (errors === 0) return { text };
  const count = errors === 1 ? 'one error' : `${errors} errors`;
  const failure = new DomainError('invalid-document', `${count}: mend what is listed and validate again`);
  return { text, failure };
}

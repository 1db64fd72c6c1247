import { isDomainError, type Problem } from '../common/domain-error.js';
import { toPointer } from '../common/json-pointer.js';
import { loadConfig, type LoadedConfig } from '../config/config.loader.js';
import type { SourceConfig } from '../config/registry-config.js';
import { checkText, validateFile } from './validate-files.js';
import type { RegistryCheck } from './validate-registry.js';
import type { FileReport, Severity, ValidationProblem } from './validation-report.js';

/**
 * Checks a configuration as `serve` would read it, with unknown keys as errors, and then each registry file that its
 * sources name. The first report is that of the configuration itself.
 */
export async function validateConfig(
  path: string,
  { strict }: { readonly strict: boolean },
): Promise<FileReport[]> {
  let loaded: LoadedConfig;
  try {
    loaded = await loadConfig({ path, strictKeys: true });
  } catch (error) {
    if (!isDomainError(error)) throw error;
    const problems = error.problems.length > 0 ? error.problems : [{ message: error.message }];
    return [configReport(path, 'error', problems)];
  }
  const { sources } = loaded.config;
  const { problems, ...report } = configReport(path, strict ? 'error' : 'warning', loaded.warnings);
  const reports: FileReport[] = [{ ...report, problems: [...problems, ...sources.flatMap(outOfReach)] }];
  for (const source of sources) reports.push(...(await validateSource(path, source, strict)));
  return reports;
}

/** Says of a source that lies elsewhere that nothing was said about what it holds. */
function outOfReach(source: SourceConfig): ValidationProblem[] {
  if (source.kind === 'managed' || (source.kind === 'file' && source.file.url === undefined)) return [];
  const { name } = source;
  const message = `source ${name} lies elsewhere and was not read: sync ${name} --dry-run reads it and checks what it holds`;
  return [{ severity: 'info', pointer: '', message }];
}

/** Local file sources have one report, others none: they are out of reach offline. */
async function validateSource(config: string, source: SourceConfig, strict: boolean): Promise<FileReport[]> {
  if (source.kind !== 'file') return [];
  const check: RegistryCheck = { strict, ...(source.format !== undefined && { format: source.format }) };
  const { path, data, maxSize } = source.file;
  if (path !== undefined) return [await validateFile(path, check, maxSize)];
  if (data === undefined) return [];
  return [{ file: `${config} (data of source ${source.name})`, ...checkText(data, check) }];
}

function configReport(file: string, severity: Severity, problems: readonly Problem[]): FileReport {
  return { file, documents: 0, problems: problems.map((problem) => configProblem(severity, problem)) };
}

function configProblem(
  severity: Severity,
  problem: Problem & { readonly path?: string; readonly line?: number; readonly variable?: string },
): ValidationProblem {
  const { message, path = '', line, variable } = problem;
  return {
    severity,
    pointer: pointerOfPath(path),
    ...(line !== undefined && { line }),
    message: variable === undefined ? message : `${variable}: ${message}`,
  };
}

/** The JSON pointer of a configuration path such as `sources[1].git.branch` or `claims."a.b"`. */
export function pointerOfPath(path: string): string {
  const steps = path.matchAll(/\[(\d+)\]|("(?:[^"\\]|\\.)*")|([^.[\]"]+)/g);
  return toPointer(
    [...steps].map(([, index, quoted, key]) =>
      quoted === undefined ? (index ?? key ?? '') : (JSON.parse(quoted) as string),
    ),
  );
}

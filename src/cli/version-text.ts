import type { BuildInfo } from '../telemetry/build-info.js';
import type { OutputFormat } from './output-format.js';

/** What `version` prints. */
export function versionText(info: BuildInfo, format: OutputFormat): string {
  if (format === 'json') return `${JSON.stringify(info, null, 2)}\n`;
  return Object.entries(info)
    .map(([name, value]) => `${`${name.replace('_', ' ')}:`.padEnd(14)}${value}\n`)
    .join('');
}

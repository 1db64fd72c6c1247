import { packageFile } from '../common/package-files.js';

/** Name of the source that holds the sample registry. */
export const SAMPLE_SOURCE = 'sample';

/** The configuration of a server that is started without one: the sample registry that comes with the program. */
export function defaultConfigValue(): unknown {
  const path = packageFile('config', 'registry-sample.json');
  return {
    sources: [{ name: SAMPLE_SOURCE, file: { path }, syncPolicy: { interval: '30m' } }],
    registries: [{ name: 'default', sources: [SAMPLE_SOURCE] }],
  };
}

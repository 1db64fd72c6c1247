import { parseOutputFormat } from './output-format.js';

/**
 * The plain forms of `version` and `healthcheck`, which containers start every few seconds: they skip the parser of
 * the command line and with it most of the start. Undefined for everything else, wrong usage of these included.
 */
export function quickCommand(args: readonly string[]): (() => Promise<void>) | undefined {
  const [command, ...rest] = args;
  if (command === 'version') {
    const [flag, value] = rest;
    if (rest.length === 0) return () => version('text');
    if (rest.length === 2 && flag === '--format' && value === 'json') return () => version('json');
  }
  if (command === 'healthcheck' && rest.length <= 1 && rest[0]?.startsWith('-') !== true) {
    return async () => {
      const { runHealthcheck } = await import('./healthcheck.js');
      process.stdout.write(await runHealthcheck(rest[0]));
    };
  }
  return undefined;
}

async function version(format: string): Promise<void> {
  const [{ versionText }, { buildInfo }] = await Promise.all([
    import('./version-text.js'),
    import('../telemetry/build-info.js'),
  ]);
  process.stdout.write(versionText(buildInfo(), parseOutputFormat(format)));
}

import cluster from 'node:cluster';
import { loadConfig, type LoadOptions } from './config/config.loader.js';
import type { ServeOptions } from './server.js';

/**
 * Reads the configuration and runs the server, or with `server.workers` the supervisor of several. Each loads only what
 * it needs: a supervisor is a small process.
 * @throws DomainError for what one line explains: a bad configuration, an address or a store in use
 */
export async function serve(options: ServeOptions): Promise<void> {
  const loadOptions: LoadOptions = {
    ...(options.config !== undefined && { path: options.config }),
    flags: options,
  };
  const loaded = await loadConfig(loadOptions);
  const { workers, shutdownGraceMs } = loaded.config.server;
  if (workers === 1 || cluster.isWorker) {
    const { runServer } = await import('./server.js');
    return runServer(options, loaded, loadOptions);
  }
  const [{ WorkerSupervisor }, { createLogger }] = await Promise.all([
    import('./worker-supervisor.js'),
    import('./telemetry/logger.js'),
  ]);
  const logger = createLogger({ level: loaded.config.logLevel });
  for (const { message, location } of loaded.warnings)
    logger.warn(`${location ?? 'configuration'}: ${message}`, 'Config');
  await new WorkerSupervisor({ count: workers, graceMs: shutdownGraceMs, logger }).run();
}

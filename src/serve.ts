import cluster from 'node:cluster';
import { Logger } from '@nestjs/common';
import { loadConfig, type LoadOptions } from './config/config.loader.js';
import { openStore } from './database/store-opening.js';
import type { ServeOptions } from './server.js';
import { withoutFrameworkNoise } from './telemetry/framework-noise.js';
import { createLogger } from './telemetry/logger.js';

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
  const { config, warnings } = await loadConfig(loadOptions);
  const { workers, shutdownGraceMs } = config.server;
  const logger = createLogger({ level: config.logLevel });
  // The supervisor of several workers says them once.
  for (const { message, location } of cluster.isWorker ? [] : warnings)
    logger.warn(`${location ?? 'configuration'}: ${message}`, 'Config');
  if (workers === 1 || cluster.isWorker) {
    const serverLogger = withoutFrameworkNoise(logger);
    Logger.overrideLogger(serverLogger);
    // Its engine starts in a thread of its own while the server is loaded here; who needs it hears what went wrong.
    openStore(config).catch(() => undefined);
    const { runServer } = await import('./server.js');
    return runServer(options, config, loadOptions, serverLogger);
  }
  const { WorkerSupervisor } = await import('./worker-supervisor.js');
  await new WorkerSupervisor({ count: workers, graceMs: shutdownGraceMs, logger }).run();
}

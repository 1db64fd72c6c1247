import 'reflect-metadata';
import type { Server } from 'node:http';
import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ViewPath } from './admin/view-path.js';
import { AppModule } from './app.module.js';
import { DomainError } from './common/domain-error.js';
import { ConfigReloader } from './config/config-reloader.js';
import type { LoadOptions } from './config/config.loader.js';
import { SAMPLE_SOURCE } from './config/default-config.js';
import { LiveConfig } from './config/live-config.js';
import type { RegistryConfig } from './config/registry-config.js';
import { StoreGate } from './database/store-gate.js';
import { Lifecycle } from './health/lifecycle.js';
import { Readiness } from './health/readiness.js';
import { ApiDescription } from './http/api-description.js';
import { configureHttp } from './http/configure-http.js';
import { drainServer } from './http/connection-drain.js';
import { createInternalServer, resolveInternalAddress } from './http/internal-listener.js';
import { type ListenTarget, resolveListenAddress } from './http/listen-address.js';
import { listenOn } from './http/listen.js';
import { RegistryAdapter } from './http/registry-adapter.js';
import { rewritePath, usePlainTarget } from './http/request-path.js';
import { AuditTrail } from './registry/audit-trail.js';
import { ReadPath } from './registry/read-path.js';
import { canonicalPath } from './registry/canonical-path.js';
import { WorkerOrders } from './worker-orders.js';

/** How the server is started, as the flags of `serve` say it; what is absent has its default. */
export interface ServeOptions {
  config?: string;
  address?: string;
  host?: string;
  port?: string;
  socket?: string;
  internalAddress?: string;
  authMode?: string;
  oidcIssuer?: string;
  oidcAudience?: string;
  oidcJwksUrl?: string;
  oidcIntrospectionUrl?: string;
  oidcClientId?: string;
  oidcClientSecret?: string;
  oidcScopes?: readonly string[];
  openapi: boolean;
}

const LOOPBACK_HOSTS = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * Runs the server until it is told to stop, then lets every request end.
 * @throws DomainError for what one line explains: an address or a store in use
 */
export async function runServer(
  options: ServeOptions,
  config: RegistryConfig,
  loadOptions: LoadOptions,
  logger: LoggerService,
): Promise<void> {
  const orders = new WorkerOrders();
  const targets = listenTargets(options);
  if (orders.isWorker && targets.main.kind === 'socket') {
    throw new DomainError('invalid-configuration', 'server.workers share a port: --socket needs workers: 1');
  }
  let reloader: ConfigReloader | undefined;
  let audit: AuditTrail | undefined;
  const onHangUp = () => {
    audit?.reopen();
    void reloader?.reload();
  };
  // Without a listener this signal would end the process, during the start too.
  process.on('SIGHUP', onHangUp);
  orders.on('reload', onHangUp);
  const app = await createApp(config, logger, options.openapi);
  audit = app.get(AuditTrail);
  const stopped = orders.isWorker ? orders.stopped : stopSignal();
  // Signals often reach the whole group of processes: the supervisor among them, and it tells the workers.
  if (orders.isWorker) process.on('SIGINT', () => undefined).on('SIGTERM', () => undefined);
  const readiness = app.get(Readiness);
  await orders.untilMayListen(() => readiness.isReady);
  const servers = await listen(app, config, targets, logger).catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  if (servesSample(options, config)) logger.log('No --config: serving the sample registry', 'Server');
  reloader = new ConfigReloader(app.get(LiveConfig), loadOptions);
  reloader.start();
  await Promise.race([stopped, app.get(StoreGate).lost]);
  process.removeListener('SIGHUP', onHangUp);
  reloader.stop();
  logger.log('Stopping: finishing the requests under way', 'Server');
  app.get(Lifecycle).drain();
  const graceMs = config.server.shutdownGraceMs;
  await Promise.all(servers.map((server) => drainServer(server, { graceMs })));
  await app.close();
  logger.log('Stopped', 'Server');
}

/** Makes the application with everything but listeners: its catalogue is loaded and its rounds have begun. */
export async function createApp(
  config: RegistryConfig,
  logger: LoggerService,
  openapi: boolean,
): Promise<NestExpressApplication> {
  const adapter = new RegistryAdapter();
  adapter.usePathRewriter(canonicalPath);
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forConfig(config), adapter, {
    logger,
    abortOnError: false,
    bodyParser: false,
  });
  const headers = configureHttp(app, {
    corsOrigins: config.server.cors.origins,
    maxBodySize: config.server.maxBodySize,
  });
  adapter.useBeforeRouting((request) => {
    usePlainTarget(request);
    return false;
  });
  const audit = app.get(AuditTrail);
  if (audit.isOn) {
    adapter.useBeforeRouting((request, response) => {
      audit.follow(request, response);
      return false;
    });
  }
  const views = app.get(ViewPath);
  adapter.useBeforeRouting((request, response) => views.enter(request, response, headers));
  if (config.auth.publicPaths.length > 0) {
    // They are compared with the one spelling of a path, which has to be found before anybody compares.
    adapter.useBeforeRouting((request) => {
      rewritePath(request, [canonicalPath]);
      return false;
    });
  }
  const readPath = app.get(ReadPath);
  adapter.useBeforeRouting((request, response) => readPath.answer(request, response, headers));
  if (openapi) app.get(ApiDescription).enable(app);
  await app.init();
  return app;
}

/** The environment alone may describe a source too. */
function servesSample(options: ServeOptions, config: RegistryConfig): boolean {
  return options.config === undefined && config.sources.every(({ name }) => name === SAMPLE_SOURCE);
}

interface ListenTargets {
  readonly main: ListenTarget;
  readonly internal: ListenTarget | undefined;
}

function listenTargets(options: ServeOptions): ListenTargets {
  // Without a configuration this is somebody's first look: it stays on their machine.
  const isTrial = options.config === undefined;
  const defaults: ListenTarget = { kind: 'tcp', host: isTrial ? '127.0.0.1' : '', port: 8080 };
  const asksInternal = options.internalAddress !== undefined;
  return {
    main: resolveListenAddress(options, process.platform, defaults),
    internal: isTrial && !asksInternal ? undefined : resolveInternalAddress(options),
  };
}

async function listen(
  app: NestExpressApplication,
  { auth, server: { cors } }: RegistryConfig,
  targets: ListenTargets,
  logger: LoggerService,
): Promise<readonly Server[]> {
  const main: Server = app.getHttpServer();
  const address = await listenOn(main, targets.main);
  const servers = [main];
  if (targets.internal !== undefined) {
    const internal = createInternalServer(
      (request, response) => main.emit('request', request, response),
      cors,
    );
    try {
      logger.log(`Operations on ${await listenOn(internal, targets.internal)}`, 'Server');
    } catch (error) {
      main.close();
      throw error;
    }
    servers.push(internal);
  }
  const { main: target } = targets;
  if (auth.mode === 'anonymous' && target.kind === 'tcp' && !LOOPBACK_HOSTS.has(target.host)) {
    logger.warn('Everybody who reaches this address may read: no authorization is configured', 'Server');
  }
  logger.log(`Listening on ${address}`, 'Server');
  return servers;
}

/** Resolves when the process is asked to end; a second signal ends it at once, as the first does during the start. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const onSignal = (signal: NodeJS.Signals) => {
      process.removeListener('SIGINT', onSignal).removeListener('SIGTERM', onSignal);
      process.once(signal, () => process.exit(1));
      resolve();
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  });
}

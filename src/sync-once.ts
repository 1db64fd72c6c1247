import 'reflect-metadata';
import { type DynamicModule, type INestApplicationContext, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DomainError, isDomainError } from './common/domain-error.js';
import { ServerConfigModule } from './config/config.module.js';
import { loadConfig } from './config/config.loader.js';
import type { RegistryConfig, SourceConfig } from './config/registry-config.js';
import { DatabaseModule } from './database/database.module.js';
import { StoreGate } from './database/store-gate.js';
import { SourceStore } from './database/stores/source.store.js';
import { RoundsModule } from './sync/rounds.module.js';
import { LeasedRounds } from './sync/leased-rounds.js';
import type { PreparedRound } from './sync/round-result.js';
import { type RoundProgress, SyncService } from './sync/sync.service.js';
import { withoutFrameworkNoise } from './telemetry/framework-noise.js';
import { createLogger } from './telemetry/logger.js';

/** What one round in the foreground is asked for. */
export interface SyncOnceOptions {
  readonly config?: string | undefined;
  /** Names of the sources; all of them when empty. */
  readonly sources: readonly string[];
  /** Read and compare, and write nothing. */
  readonly dryRun: boolean;
  /** Hears how far the round of a source is. */
  readonly onProgress?: (source: string, progress: RoundProgress) => void;
}

/** How the round of one source went. */
export type SourceReport =
  | { readonly source: string; readonly round: PreparedRound | undefined }
  | { readonly source: string; readonly error: unknown };

@Module({ imports: [DatabaseModule, RoundsModule] })
class SyncOnceModule {
  static forConfig(config: RegistryConfig): DynamicModule {
    return { module: SyncOnceModule, imports: [ServerConfigModule.forConfig(config)] };
  }
}

/**
 * Runs one round of each source, one after another, and tells how each went as soon as it has. A failed source
 * stops no other.
 * @throws DomainError for a bad configuration, an unknown source or a store in use
 */
export async function* syncOnce(options: SyncOnceOptions): AsyncGenerator<SourceReport> {
  const { config } = await loadConfig({ path: options.config });
  const chosen = chooseSources(config, options.sources);
  const logger = withoutFrameworkNoise(createLogger({ level: 'warn' }));
  Logger.overrideLogger(logger);
  const app = await NestFactory.createApplicationContext(SyncOnceModule.forConfig(config), {
    logger,
    abortOnError: false,
  }).catch((error: unknown) => besideServer(error, chosen));
  try {
    await app
      .get(StoreGate)
      .openNow()
      .catch((error: unknown) => besideServer(error, chosen));
    if (!options.dryRun) await app.get(SourceStore).reconcile(config.sources);
    for (const source of chosen) yield await reportOn(app, source, options);
  } finally {
    await app.close();
  }
}

async function reportOn(
  app: INestApplicationContext,
  source: SourceConfig,
  options: SyncOnceOptions,
): Promise<SourceReport> {
  const sync = app.get(SyncService);
  const stored = (await app.get(SourceStore).all()).find(({ name }) => name === source.name);
  const known = stored ?? { sourceRevision: null, rulesFingerprint: null };
  const signal = AbortSignal.timeout(source.syncPolicy.timeoutMs);
  const nextAttempt = new Date(Date.now() + source.syncPolicy.intervalMs);
  const onProgress = (progress: RoundProgress) => options.onProgress?.(source.name, progress);
  const request = { source, signal, known, nextAttempt, onProgress };
  try {
    if (options.dryRun) return { source: source.name, round: await sync.prepare(request) };
    const result = await app.get(LeasedRounds).run(request);
    if (result.outcome === 'held') {
      const seconds = Math.ceil(result.heldForMs / 1_000);
      const message = `a server has a round of it under way; if that server died, it can be synced in ${seconds} s`;
      return { source: source.name, error: new DomainError('conflict', message) };
    }
    return { source: source.name, round: result.outcome === 'changed' ? result.round : undefined };
  } catch (error) {
    return { source: source.name, error };
  }
}

/** A running server syncs by itself, so whoever wants to know asks it. */
function besideServer(error: unknown, [first]: readonly SourceConfig[]): never {
  if (!isDomainError(error, 'store-locked') || first === undefined) throw error;
  const route = `/v1/sources/${encodeURIComponent(first.name)}`;
  const hint = `A running server syncs by itself: GET ${route} shows how its rounds went`;
  throw new DomainError('store-locked', `${error.message}. ${hint}`, { cause: error });
}

function chooseSources({ sources }: RegistryConfig, names: readonly string[]): readonly SourceConfig[] {
  const known = sources.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const message = `No source is named ${unknown.join(', ')}; the configuration has ${known.join(', ')}`;
    throw new DomainError('not-found', message);
  }
  return names.length === 0 ? sources : sources.filter(({ name }) => names.includes(name));
}

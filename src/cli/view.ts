import 'reflect-metadata';
import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { z } from 'zod';
import { DomainError, isDomainError } from '../common/domain-error.js';
import { formatDuration } from '../common/duration.js';
import { loadConfig } from '../config/config.loader.js';
import { ServerConfigModule } from '../config/config.module.js';
import type { RegistryConfig } from '../config/registry-config.js';
import { newViewSchema, viewRotationSchema } from '../config/view.schema.js';
import { DatabaseModule } from '../database/database.module.js';
import { StoreGate } from '../database/store-gate.js';
import { type StoredView, ViewStore } from '../database/stores/view.store.js';
import { hashViewToken, makeViewToken } from '../model/view-token.js';
import { withoutFrameworkNoise } from '../telemetry/framework-noise.js';
import { createLogger } from '../telemetry/logger.js';
import type { OutputFormat } from './output-format.js';
import { UsageError } from './usage-error.js';

@Module({ imports: [DatabaseModule] })
class ViewModule {
  static forConfig(config: RegistryConfig): DynamicModule {
    return { module: ViewModule, imports: [ServerConfigModule.forConfig(config)] };
  }
}

/** A view as flags describe it. */
export interface ViewFlags {
  readonly name: string;
  readonly registry: string | undefined;
  /** As JSON text. */
  readonly claims: string | undefined;
  readonly expires: string | undefined;
  /** Networks, separated by commas. */
  readonly allow: string | undefined;
}

/** Makes a view. Returns what to print, its token included. @throws DomainError, UsageError */
export async function createView(path: string | undefined, flags: ViewFlags): Promise<string> {
  const { name, registry, claims, expires, allow } = flags;
  const view = checked(newViewSchema, {
    name,
    registry,
    ...(claims !== undefined && { claims: readClaims(claims) }),
    ...(expires !== undefined && { expires }),
    ...(allow !== undefined && { allowedCidrs: allow.split(',').map((item) => item.trim()) }),
  });
  return onStore(path, name, 'POST /v1/views', async (store, config) => {
    if (!config.registries.some((known) => known.name === view.registry)) {
      throw new DomainError('not-found', `There is no registry named ${view.registry} in the configuration`);
    }
    const token = makeViewToken();
    const { expires: end, ...rest } = view;
    const definition = { ...rest, ...(end !== undefined && { expiresAt: new Date(end) }) };
    await store.create(definition, hashViewToken(token));
    return tokenText(name, token);
  });
}

/** Gives a view a new token. Returns what to print. @throws DomainError, UsageError */
export async function rotateView(path: string | undefined, name: string, overlap?: string): Promise<string> {
  const rotation = checked(viewRotationSchema, { ...(overlap !== undefined && { overlap }) });
  return onStore(path, name, `POST /v1/views/${name}/rotate`, async (store) => {
    const token = makeViewToken();
    await store.rotate(name, hashViewToken(token), rotation.overlap);
    const left =
      rotation.overlap === 0 ? 'ends now' : `works for another ${formatDuration(rotation.overlap)}`;
    return `${tokenText(name, token)}The token before ${left}.\n`;
  });
}

/** Ends a view. Returns what to print. @throws DomainError */
export async function revokeView(path: string | undefined, name: string): Promise<string> {
  return onStore(path, name, `DELETE /v1/views/${name}`, async (store) => {
    await store.revoke(name);
    return `View ${name} opens nothing any more\n`;
  });
}

/** What views there are, without their tokens. */
export async function listViews(path: string | undefined, format: OutputFormat): Promise<string> {
  return onStore(path, undefined, 'GET /v1/views', async (store) => {
    const views = await store.all();
    if (format === 'json') return `${JSON.stringify(views)}\n`;
    return views.length === 0 ? 'No views\n' : views.map(viewText).join('');
  });
}

function tokenText(name: string, token: string): string {
  return `View ${name}: clients append this to the address of the server. It is shown this once.\n/view/${token}\n`;
}

function viewText({ name, registry, claims, expiresAt, allowedCidrs, tokens }: StoredView): string {
  const facts = [
    `shows ${registry}`,
    claims === undefined ? 'without claims' : `with ${JSON.stringify(claims)}`,
    ...(expiresAt === undefined ? [] : [`until ${expiresAt.toISOString()}`]),
    ...(allowedCidrs.length === 0 ? [] : [`from ${allowedCidrs.join(', ')}`]),
    tokens.length === 1 ? 'one token' : `${tokens.length} tokens`,
  ];
  return `${name}  ${facts.join(', ')}\n`;
}

function readClaims(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError('--claims is a JSON object such as {"team":"web"}');
  }
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UsageError(
    result.error.issues.map(({ path, message }) => `${path.join('.') || 'view'}: ${message}`).join('; '),
  );
}

/** `route` does the same on a server that holds the embedded store. */
async function onStore(
  path: string | undefined,
  name: string | undefined,
  route: string,
  work: (store: ViewStore, config: RegistryConfig) => Promise<string>,
): Promise<string> {
  const { config } = await loadConfig({ path });
  if (config.database === undefined && config.fileStorage.memoryOnly) {
    throw new DomainError(
      'invalid-configuration',
      `There is no store to keep views in: name one with --config`,
    );
  }
  if (config.views.some((view) => view.name === name)) {
    throw new DomainError('conflict', `The view ${name} is part of the configuration: change it there`);
  }
  const logger = withoutFrameworkNoise(createLogger({ level: 'warn' }));
  Logger.overrideLogger(logger);
  const options = { logger, abortOnError: false };
  try {
    const app = await NestFactory.createApplicationContext(ViewModule.forConfig(config), options);
    try {
      await app.get(StoreGate).openNow();
      return await work(app.get(ViewStore), config);
    } finally {
      await app.close();
    }
  } catch (error) {
    if (!isDomainError(error, 'store-locked')) throw error;
    const message = `A server uses the embedded store in ${config.fileStorage.baseDir}: ask it, with ${route}`;
    throw new DomainError('store-locked', message, { cause: error });
  }
}

import { Logger } from '@nestjs/common';
import type { FileStorageConfig, RegistryConfig } from '../config/registry-config.js';
import { EmbeddedAccess, type EmbeddedPlace } from './embedded-access.js';
import { isWritable } from './embedded-store.js';

type StoreSettings = Pick<RegistryConfig, 'database' | 'fileStorage'>;

const openings = new WeakMap<StoreSettings, Promise<EmbeddedAccess | undefined>>();

/**
 * Opens the embedded store of a configuration, unless that may have to wait: then the gate does. Once, however often it
 * is asked; undefined where a database is the store. The engine starts in a thread of its own, so whoever begins this
 * early waits for less later.
 * @throws DomainError `store-locked`, `store-unavailable`
 */
export function openStore(config: StoreSettings): Promise<EmbeddedAccess | undefined> {
  const known = openings.get(config);
  if (known !== undefined) return known;
  const opening = open(config);
  openings.set(config, opening);
  return opening;
}

async function open({ database, fileStorage }: StoreSettings): Promise<EmbeddedAccess | undefined> {
  if (database !== undefined) return undefined;
  const store = new EmbeddedAccess(await placeOf(fileStorage));
  if (!store.isLeased) await store.open();
  return store;
}

async function placeOf({ baseDir, lease, memoryOnly }: FileStorageConfig): Promise<EmbeddedPlace> {
  if (memoryOnly) return {};
  if (await isWritable(baseDir)) return { baseDir, lease };
  const message = `${baseDir} is not writable: the store is kept in memory and ends with this process`;
  new Logger('EmbeddedStore').warn(message);
  return {};
}

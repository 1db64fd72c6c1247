import { Logger } from '@nestjs/common';
import type { RegistryConfig } from '../config/registry-config.js';
import { type EmbeddedStore, isWritable, openEmbeddedStore } from './embedded-store.js';

type StoreSettings = Pick<RegistryConfig, 'database' | 'fileStorage'>;

const openings = new WeakMap<StoreSettings, Promise<EmbeddedStore | undefined>>();

/**
 * Opens the embedded store of a configuration, once however often it is asked; undefined where a database is the store.
 * The engine starts in a thread of its own, so whoever begins this early waits for less later.
 * @throws DomainError `store-locked`, `store-unavailable`
 */
export function openStore(config: StoreSettings): Promise<EmbeddedStore | undefined> {
  const known = openings.get(config);
  if (known !== undefined) return known;
  const opening = open(config);
  openings.set(config, opening);
  return opening;
}

async function open({ database, fileStorage }: StoreSettings): Promise<EmbeddedStore | undefined> {
  if (database !== undefined) return undefined;
  if (fileStorage.memoryOnly) return openEmbeddedStore(undefined);
  if (await isWritable(fileStorage.baseDir)) return openEmbeddedStore(fileStorage.baseDir);
  new Logger('EmbeddedStore').warn(
    `${fileStorage.baseDir} is not writable: the store is kept in memory and ends with this process`,
  );
  return openEmbeddedStore(undefined);
}

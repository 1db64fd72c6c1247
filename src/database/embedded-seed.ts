import { rename, writeFile } from 'node:fs/promises';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from './data-source.js';
import { EMBEDDED_SEED, EmbeddedEngine } from './embedded-engine.js';

/** Makes the archive of an empty, migrated cluster. A step of the build: the only place where `initdb` runs. */
export async function buildEmbeddedSeed(): Promise<void> {
  const engine = await EmbeddedEngine.start({});
  const dataSource = await new DataSource(dataSourceOptions({ stream: engine.connect })).initialize();
  await dataSource.query('UPDATE pg_database SET datistemplate = false, datallowconn = true');
  // Nothing will ever create a database here, and each template takes 7 MB of every store.
  await dataSource.query('DROP DATABASE template0');
  await dataSource.query('DROP DATABASE template1');
  await dataSource.runMigrations();
  await dataSource.query('CHECKPOINT');
  await dataSource.destroy();
  const archive = await engine.dump();
  await engine.close();
  await writeFile(`${EMBEDDED_SEED}.new`, archive);
  await rename(`${EMBEDDED_SEED}.new`, EMBEDDED_SEED);
}

import { z } from 'zod';
import { byteSize, duration, onAnyMap, text } from './config-values.js';

const port = z.int().min(1).max(65_535);

/** A PostgreSQL database; without this block the embedded store is used. */
export const databaseSchema = z
  .strictObject({
    host: text().describe('Host name or address, or the directory of a Unix socket.'),
    port: port.describe('Port.'),
    user: text().describe('User at run time; it needs no right to change the schema.'),
    passwordFile: text().exactOptional().describe('File that holds the password.'),
    password: z
      .string()
      .exactOptional()
      .describe('Password; better kept in a file, or in `THV_DATABASE_PASSWORD`.'),
    migrationUser: text().exactOptional().describe('User that changes the schema; else `user`.'),
    migrationPasswordFile: text()
      .exactOptional()
      .describe('File that holds the password of `migrationUser`.'),
    migrationPassword: z
      .string()
      .exactOptional()
      .describe('Password of `migrationUser`; also in `THV_DATABASE_MIGRATION_PASSWORD`.'),
    database: text().describe('Name of the database.'),
    sslMode: z
      .enum(['disable', 'prefer', 'require', 'verify-ca', 'verify-full'])
      .prefault('require')
      .describe('How the connection is encrypted and checked.'),
    sslRootCert: text()
      .exactOptional()
      .describe('PEM file of the authorities to trust; without it, those that Node trusts.'),
    sslCert: text().exactOptional().describe('PEM file with a client certificate; needs `sslKey`.'),
    sslKey: text().exactOptional().describe('PEM file with the key of `sslCert`.'),
    maxOpenConns: z.int().min(1).prefault(25).describe('Most connections at once.'),
    maxIdleConns: z.int().min(0).prefault(5).describe('Most idle connections kept.'),
    connMaxLifetime: duration().prefault('5m').describe('Longest life of a connection.'),
    maxMetaSize: byteSize().prefault(262_144).describe('Largest `_meta` of one entry.'),
    autoMigrate: z.boolean().prefault(true).describe('Apply pending migrations at start.'),
    dynamicAuth: z
      .looseObject({})
      .exactOptional()
      .meta({ title: 'block', description: 'Not supported yet.' }),
  })
  .refine(({ sslCert, sslKey }) => (sslCert === undefined) === (sslKey === undefined), {
    ...onAnyMap,
    error: 'sslCert and sslKey need each other',
  })
  .transform(({ connMaxLifetime, ...rest }) => ({ ...rest, connMaxLifetimeMs: connMaxLifetime }))
  .meta({ id: 'database' });

/** Files that the server writes. */
export const fileStorageSchema = z
  .strictObject({
    baseDir: text()
      .exactOptional()
      .meta({ description: 'Where the embedded store lives.', default: './data' }),
    lease: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$/, {
        error: 'must be a name of a-z, 0-9 and - between, of at most 100 characters',
      })
      .exactOptional()
      .describe(
        'Name of a Kubernetes Lease in the namespace of the pod. For a `baseDir` that pods of several nodes share: one of them uses the embedded store, the others stand by. `THV_REGISTRY_LEADER_ELECTION_ID` and `-` come before it when that is set.',
      ),
  })
  .meta({ id: 'fileStorage' });

import { describe, expect, it } from 'vitest';
import { hasPostgresql, PostgresqlCluster, SUPERUSER } from '../../support/postgresql.js';
import { inlineSource, listed, RegistryServer } from '../../support/registry-server.js';

const DATA = {
  servers: [
    {
      server: { name: 'com.example/one', description: 'd', version: '1.0.0' },
    },
  ],
};

describe.skipIf(!hasPostgresql)('serve on PostgreSQL', () => {
  it('makes the schema, syncs, serves, and serves the same after a restart', async () => {
    const cluster = await PostgresqlCluster.create();
    await cluster.createDatabase('registry');
    const registry = new RegistryServer();
    const database = {
      host: '127.0.0.1',
      port: cluster.port,
      user: SUPERUSER,
      password: SUPERUSER,
      database: 'registry',
      sslMode: 'disable',
    };
    await registry.start({
      config: () => ({
        sources: [inlineSource('one', DATA)],
        registries: [{ name: 'default', sources: ['one'] }],
        database,
      }),
    });
    expect(listed(await registry.list('/v0.1/servers'))).toEqual(['com.example/one@1.0.0']);
    await registry.restart();
    expect(listed(await registry.list('/v0.1/servers'))).toEqual(['com.example/one@1.0.0']);
    await registry.close();
  });
});

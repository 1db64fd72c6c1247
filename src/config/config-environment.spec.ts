import { describe, expect, it } from 'vitest';
import { applyOverrides, environmentOverrides, logLevelOf, unknownVariables } from './config-environment.js';

function applied(root: unknown, env: Readonly<Record<string, string>>): unknown {
  return applyOverrides(root, environmentOverrides('sources', env));
}

describe('environment overrides', () => {
  it('set keys that the file has and keys that it has not, in the type of the key', () => {
    const env = {
      THV_REGISTRY_DATABASE_PORT: '5433',
      THV_REGISTRY_DATABASE_AUTOMIGRATE: 'F',
      THV_REGISTRY_DATABASE_HOST: '10',
      THV_REGISTRY_FILESTORAGE_BASEDIR: '',
    };

    expect(applied({ database: { port: 1 } }, env)).toEqual({
      database: { port: 5433, autoMigrate: false, host: '10' },
    });
  });

  it('use a database password only where a database is configured', () => {
    const env = { THV_REGISTRY_DATABASE_PASSWORD: 'secret' };

    expect(applied({}, env)).toEqual({});
    expect(applied({ database: {} }, env)).toEqual({ database: { password: 'secret' } });
    expect(applied({}, { ...env, THV_REGISTRY_DATABASE_HOST: 'db' })).toEqual({
      database: { host: 'db', password: 'secret' },
    });
  });

  it('are not taken from what Kubernetes says about services', () => {
    const env = {
      THV_REGISTRY_DATABASE_PORT: 'tcp://10.0.0.1:5432',
      THV_REGISTRY_API_SERVICE_HOST: '10.0.0.2',
      THV_REGISTRY_API_SERVICE_PORT_HTTP: '80',
      THV_REGISTRY_API_PORT_8080_TCP_ADDR: '10.0.0.2',
    };

    expect(applied({}, env)).toEqual({});
    expect(unknownVariables('sources', env)).toEqual([]);
  });
});

describe('unknownVariables', () => {
  it('names the nearest variable, and lets the known specials and other prefixes be', () => {
    const env = { THV_REGISTRY_SERVER_SHUTDOWNGRACY: '1s', THV_REGISTRY_INSECURE_URL: 'true', HOME: '/' };

    const [warning, ...others] = unknownVariables('sources', env);

    expect(others).toEqual([]);
    expect(warning).toMatchObject({ location: 'THV_REGISTRY_SERVER_SHUTDOWNGRACY' });
    expect(warning?.message).toContain("did you mean 'THV_REGISTRY_SERVER_SHUTDOWNGRACE'?");
  });

  it('says that a key belongs to another form, and that lists cannot be overridden', () => {
    expect(unknownVariables('sources', { THV_REGISTRY_SYNCPOLICY_INTERVAL: '1m' })[0]?.message).toMatch(
      /another form/,
    );
    expect(unknownVariables('single', { THV_REGISTRY_SYNCPOLICY_INTERVAL: '1m' })).toEqual([]);
    expect(unknownVariables('single', { THV_REGISTRY_AUTH_PUBLICPATHS: '/x' })).toHaveLength(1);
  });
});

describe('logLevelOf', () => {
  it.each([
    [{}, 'info'],
    [{ LOG_LEVEL: 'debug' }, 'debug'],
    [{ LOG_LEVEL: 'debug', THV_REGISTRY_LOG_LEVEL: 'WARNING' }, 'warn'],
  ])('reads %j as %s', (env, level) => {
    expect(logLevelOf(env)).toEqual({ level, warnings: [] });
  });

  it('warns of a word that is no level', () => {
    expect(logLevelOf({ LOG_LEVEL: 'loud' })).toMatchObject({
      level: 'info',
      warnings: [{ location: 'LOG_LEVEL' }],
    });
  });
});

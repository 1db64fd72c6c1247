import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type DomainError, isDomainError } from '../../src/common/domain-error.js';
import { loadConfig, type LoadedConfig, type LoadOptions } from '../../src/config/config.loader.js';

const directory = mkdtempSync(join(tmpdir(), 'config-auth-'));
const SINGLE = 'source: {type: file, file: {path: ./tools.json}}\nsyncPolicy: {interval: 1h}\n';

afterAll(() => rmSync(directory, { recursive: true }));

function load(yaml: string, options: Partial<LoadOptions> = {}): Promise<LoadedConfig> {
  const path = join(directory, 'config.yaml');
  writeFileSync(path, yaml);
  return loadConfig({ env: {}, path, ...options });
}

async function problemsOf(yaml: string, options?: Partial<LoadOptions>): Promise<DomainError['problems']> {
  const error: unknown = await load(yaml, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isDomainError(error, 'invalid-configuration')) throw new Error('was accepted', { cause: error });
  return error.problems;
}

/** An auth block with one provider. */
const oauth = (provider: object, more: object = {}) =>
  `${SINGLE}auth: ${JSON.stringify({ mode: 'oauth', oauth: { providers: [{ name: 'p', ...provider }] }, ...more })}\n`;

describe('OIDC flags', () => {
  it('never lets OIDC flags end in an open server', async () => {
    const { config } = await load(SINGLE, { flags: { oidcIssuer: 'https://id.example.com' } });

    expect(config.auth).toMatchObject({
      mode: 'oauth',
      oauth: {
        providers: [{ name: 'oidc', issuerUrl: 'https://id.example.com' }],
        scopesSupported: ['openid'],
      },
    });
    expect(await problemsOf(SINGLE, { flags: { oidcAudience: 'registry' } })).toHaveLength(1);
    expect(
      await problemsOf(SINGLE, {
        flags: { authMode: 'anonymous', oidcJwksUrl: 'https://id.example.com/keys' },
      }),
    ).toHaveLength(1);
  });

  it('takes the client secret from its flag, else from its variable, and keeps it out of the auth block', async () => {
    const flags = { oidcIntrospectionUrl: 'https://id.example.com/introspect', oidcClientId: 'registry' };
    const env = { TOOLHIVE_OIDC_CLIENT_SECRET: 'from the environment' };

    const { config } = await load(SINGLE, { flags, env });
    const { config: flagged } = await load(SINGLE, { flags: { ...flags, oidcClientSecret: 'flag' }, env });

    expect(config.oidcClientSecret).toBe('from the environment');
    expect(flagged.oidcClientSecret).toBe('flag');
    expect(JSON.stringify(flagged.auth)).not.toContain('flag');
  });
});

describe('the address of a provider', () => {
  const plain = { issuerUrl: 'http://id.example.com', jwksUrl: 'http://10.0.0.1/keys' };

  it('is https, and every one that is not is reported', async () => {
    expect((await problemsOf(oauth(plain))).map(({ location }) => location)).toEqual([
      'auth.oauth.providers[0].issuerUrl (line 3)',
      'auth.oauth.providers[0].jwksUrl (line 3)',
    ]);
  });

  it('may be http on this machine, or where the environment allows it', async () => {
    const local = { issuerUrl: 'http://127.0.0.1:1', jwksUrl: 'http://localhost:1/k', audience: 'a' };

    expect((await load(oauth(local))).config.auth.mode).toBe('oauth');
    const env = { THV_REGISTRY_INSECURE_URL: 'true' };
    expect((await load(oauth(plain), { env })).config.auth.mode).toBe('oauth');
  });

  it('is not that of Google without an audience, as everybody has a token of theirs', async () => {
    const google = { introspectionUrl: 'https://oauth2.googleapis.com/tokeninfo' };

    expect(await problemsOf(oauth(google))).toHaveLength(1);
    expect(await load(oauth({ ...google, audience: 'x' }))).toBeDefined();
  });
});

describe('warnings', () => {
  it('name what is not checked', async () => {
    const { warnings } = await load(oauth({ jwksUrl: 'https://id.example.com/keys' }));

    expect(warnings.map(({ path }) => path)).toEqual([
      'auth.oauth.providers[0].issuerUrl',
      'auth.oauth.providers[0].audience',
      'auth.authz',
    ]);
  });

  it('name what only a superAdmin sees', async () => {
    const provider = { issuerUrl: 'https://id.example.com', audience: 'a' };

    const { warnings } = await load(oauth(provider, { authz: { roles: {} } }));

    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('superAdmin'),
      expect.stringContaining('superAdmin'),
    ]);
  });
});

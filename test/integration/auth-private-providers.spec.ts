import { afterAll, beforeAll, expect, it } from 'vitest';
import { registryFileOf } from '../support/documents.js';
import { AUDIENCE, IdentityProvider } from '../support/identity-provider.js';
import { ProtectedRegistry } from '../support/protected-registry.js';
import { inlineSource } from '../support/registry-server.js';

/**
 * A provider at an address that is private and not written as one of this machine: systems take 0.0.0.0 for the
 * machine itself.
 */
class PrivateProvider extends IdentityProvider {
  override get origin(): string {
    return super.origin.replace('127.0.0.1', '0.0.0.0');
  }
}

const guarded = new PrivateProvider();
const allowed = new PrivateProvider();
const keysAlone = new PrivateProvider();
const registry = new ProtectedRegistry();

beforeAll(async () => {
  await Promise.all([guarded, allowed, keysAlone].map((provider) => provider.start()));
  const providers = [
    { name: 'guarded', issuerUrl: guarded.issuer, audience: AUDIENCE },
    { name: 'allowed', issuerUrl: allowed.issuer, audience: AUDIENCE, allowPrivateIP: true },
    {
      name: 'keys',
      issuerUrl: 'https://id.example.com',
      jwksUrl: `${keysAlone.issuer}/jwks`,
      audience: AUDIENCE,
    },
  ];
  const config = {
    sources: [inlineSource('tools', registryFileOf('com.example/tool'))],
    registries: [{ name: 'default', sources: ['tools'] }],
    auth: { mode: 'oauth', oauth: { providers } },
  };
  await registry.start(config, { THV_REGISTRY_INSECURE_URL: 'true' });
});

afterAll(async () => {
  await registry.close();
  await Promise.all([guarded, allowed, keysAlone].map((provider) => provider.stop()));
});

it('a provider at a private address is asked only when its configuration allows it', async () => {
  const status = async (token: string) => (await registry.get('/v0.1/servers', token)).status;

  expect(await status(allowed.sign())).toBe(200);
  expect(await status(guarded.sign())).toBe(503);
  expect(await status(keysAlone.sign({ iss: 'https://id.example.com' }))).toBe(503);
  expect([guarded.requests, keysAlone.requests]).toEqual([[], []]);
});

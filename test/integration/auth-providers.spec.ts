import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCE, CLIENT, IdentityProvider } from '../support/identity-provider.js';
import { registryFileOf } from '../support/documents.js';
import { ProtectedRegistry } from '../support/protected-registry.js';
import { inlineSource } from '../support/registry-server.js';

const provider = new IdentityProvider();
const registry = new ProtectedRegistry();

beforeAll(async () => {
  await provider.start();
  await registry.start(
    {
      sources: [inlineSource('tools', registryFileOf('com.example/tool'))],
      registries: [{ name: 'default', sources: ['tools'] }],
      auth: {
        mode: 'oauth',
        oauth: {
          providers: [{ name: 'local', issuerUrl: provider.issuer, audience: AUDIENCE, clientId: CLIENT.id }],
        },
      },
    },
    { TOOLHIVE_OIDC_CLIENT_SECRET: CLIENT.secret },
  );
});

afterAll(async () => {
  await registry.close();
  await provider.stop();
});

describe('a token that the provider issues', () => {
  it.each([
    ['as a JSON Web Token', AUDIENCE],
    ['as an opaque token', `${AUDIENCE}/opaque`],
  ])('%s lets its holder read', async (_form, resource) => {
    const answer = await registry.get('/v0.1/servers', await provider.issue(resource));

    expect(answer.status).toBe(200);
    expect(answer.text).toContain('com.example/tool');
    expect(answer.headers).toMatchObject({ 'cache-control': 'private, no-cache', vary: 'Authorization' });
  });
});

describe('without a token', () => {
  it('a caller hears where to get one', async () => {
    const answer = await registry.get('/v0.1/servers');

    expect(answer.status).toBe(401);
    expect(answer.json()).toEqual({
      error: 'invalid_request',
      error_description: 'authorization header required',
    });
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer realm="mcp-registry", resource_metadata="http://127.0.0.1:${registry.port}/.well-known/oauth-protected-resource", error="invalid_request", error_description="authorization header required"`,
    );
  });
});

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { IdentityProvider } from '../../support/identity-provider.js';
import { blockWith, filledIn } from '../../support/pages.js';
import { type RunningProgram, startServer } from '../../support/program.js';
import { SigningKey } from '../../support/signing-key.js';

const PAGE = 'docs/authentication.md';

describe('serve with the flags of the first example', () => {
  const shape = { path: '/realms/acme', audience: 'mcp-registry' };
  const provider = new IdentityProvider(new SigningKey('one'), undefined, shape);
  let server: RunningProgram;

  beforeAll(async () => {
    await provider.start();
    const command = filledIn(blockWith(PAGE, '--oidc-issuer'), { 'https://id.example.com': provider.origin });
    server = await startServer(
      command
        .replace(/^node dist\/main\.js serve /, '')
        .trim()
        .split(' '),
    );
    await vi.waitUntil(async () => (await fetch(`${server.url}/readiness`)).ok, { timeout: 60_000 });
  });

  afterAll(() => provider.stop());

  const ask = (path: string, token?: string) =>
    fetch(server.url + path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });

  it('tells callers without a token where to get one, word for word', async () => {
    const answer = await ask('/v0.1/servers');
    const told = [
      `HTTP/1.1 ${answer.status} ${answer.statusText}`,
      `WWW-Authenticate: ${answer.headers.get('www-authenticate')}`,
      '',
      await answer.text(),
    ];

    expect(`${told.join('\n')}\n`).toBe(
      filledIn(blockWith(PAGE, 'HTTP/1.1 401'), { 'https://registry.example.com': server.url }),
    );
    const metadata = await ask('/.well-known/oauth-protected-resource');
    expect(await metadata.json()).toMatchObject({
      resource: server.url,
      authorization_servers: [provider.issuer],
    });
  });

  it('has fetched nothing, and lets tokens of the provider in, by default with every role', async () => {
    expect(provider.requests).toEqual([]);
    expect((await ask('/v0.1/servers', provider.sign())).status).toBe(200);
    expect((await ask('/v1/sources', provider.sign())).status).toBe(200);
    expect((await ask('/v0.1/servers', provider.sign({ aud: 'another' }))).status).toBe(401);
    expect((await ask('/health')).status).toBe(200);
    expect(server.stderr()).toContain('auth.authz');
  });

  it('goes on with tokens that it knows while the provider is down', async () => {
    const known = provider.sign({ jti: 'known' });
    expect((await ask('/v0.1/servers', known)).status).toBe(200);
    await provider.stop();
    const unknown = provider.sign({}, { kid: 'another' });

    expect([
      (await ask('/v0.1/servers', known)).status,
      (await ask('/v0.1/servers', unknown)).status,
    ]).toEqual([200, 503]);
    expect(server.stderr()).not.toContain(known.split('.')[2]);
  });
});

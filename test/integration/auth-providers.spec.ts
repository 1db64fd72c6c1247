import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestAuthority } from '../support/certificates.js';
import { registryFileOf } from '../support/documents.js';
import { AUDIENCE, CLIENT, IdentityProvider } from '../support/identity-provider.js';
import { ProtectedRegistry } from '../support/protected-registry.js';
import { inlineSource } from '../support/registry-server.js';
import { seconds, SigningKey } from '../support/signing-key.js';

const DISCOVERY = '/.well-known/openid-configuration';
const directory = mkdtempSync(join(tmpdir(), 'auth-providers-'));
const authority = new TestAuthority();
const plain = new IdentityProvider();
const secure = new IdentityProvider(new SigningKey('es', 'ES256'), authority.sign());
const cluster = new IdentityProvider(new SigningKey('cluster', 'PS384'));
const broken = new IdentityProvider();
const opaqueOnly = new IdentityProvider();
const registry = new ProtectedRegistry();
const tokenFile = join(directory, 'token');

beforeAll(async () => {
  const all = [plain, secure, cluster, broken, opaqueOnly];
  await Promise.all(all.map((provider) => provider.start()));
  writeFileSync(tokenFile, 'the first\n');
  const secret = join(directory, 'secret');
  writeFileSync(secret, `${CLIENT.secret}\n`);
  const introspects = { clientId: CLIENT.id, clientSecretFile: secret };
  const providers = [
    { name: 'plain', issuerUrl: plain.issuer, audience: AUDIENCE, ...introspects },
    { name: 'secure', issuerUrl: secure.issuer, audience: AUDIENCE, caCertPath: authority.caCertPath },
    { name: 'cluster', issuerUrl: cluster.issuer, audience: AUDIENCE, authTokenFile: tokenFile },
    { name: 'broken', issuerUrl: broken.issuer, audience: AUDIENCE },
    { name: 'opaque', introspectionUrl: `${opaqueOnly.issuer}/token/introspection`, ...introspects },
  ];
  await registry.start({
    sources: [inlineSource('tools', registryFileOf('com.example/tool'))],
    registries: [{ name: 'default', sources: ['tools'] }],
    auth: { mode: 'oauth', oauth: { providers } },
  });
});

afterAll(async () => {
  await registry.close();
  await Promise.all([plain, secure, cluster, broken, opaqueOnly].map((provider) => provider.stop()));
  authority.remove();
  rmSync(directory, { recursive: true });
});

const status = async (token: string) => (await registry.get('/v0.1/servers', token)).status;

/** The status once it is no longer 503: after a failure the provider is left alone for a moment. */
async function settledStatus(token: string): Promise<number> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await sleep(100)) {
    const answered = await status(token);
    if (answered !== 503) return answered;
  }
  return 503;
}

describe('tokens', () => {
  it('of several providers are accepted, each with its own algorithm', async () => {
    expect(plain.requests).toEqual([]);
    const tokens = [await plain.issue(), secure.sign(), cluster.sign()];

    expect(await Promise.all(tokens.map(status))).toEqual([200, 200, 200]);
    expect(await status(plain.key.sign({ iss: secure.issuer, aud: AUDIENCE, sub: 'x', exp: 9e9 }))).toBe(401);
  });

  it('without form are introspected wherever they come from, and keep their claims', async () => {
    plain.extraClaims = { team: ['tools', 'web'] };
    const known = await plain.issue(`${AUDIENCE}/opaque`);
    const me = (await registry.get('/v1/me', known)).json<{ claims: Record<string, string[]> }>();

    expect(me.claims['team']).toEqual(['tools', 'web']);
    expect(await status(await opaqueOnly.issue(`${AUDIENCE}/opaque`))).toBe(200);
    expect(await status('nobody-knows-this-one')).toBe(401);
    const asked = plain.count('/token/introspection');
    expect(await status(known)).toBe(200);
    expect(plain.count('/token/introspection')).toBe(asked);
  });

  it('without form are refused when their provider names another issuer, audience or time', async () => {
    const end = seconds(60);
    let asked = 0;
    const says = async (claims: object) => {
      plain.answers.set('/token/introspection', (_request, response) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ active: true, sub: 'x', aud: AUDIENCE, exp: end, ...claims }));
      });
      opaqueOnly.answers.set('/token/introspection', (_request, response) => {
        response.setHeader('content-type', 'application/json').end('{"active":false}');
      });
      return status(`opaque-${(asked += 1)}`);
    };

    expect(await says({})).toBe(200);
    expect(await says({ iss: plain.issuer, aud: ['other', AUDIENCE] })).toBe(200);
    expect(await says({ iss: secure.issuer })).toBe(401);
    expect(await says({ aud: 'other' })).toBe(401);
    expect(await says({ aud: undefined })).toBe(401);
    expect(await says({ exp: seconds(-1) })).toBe(401);
    expect(await says({ exp: String(end) })).toBe(401);
    expect(await says({ nbf: seconds(60) })).toBe(401);
    expect(await says({ sub: undefined })).toBe(401);
    expect(await says({ sub: '' })).toBe(401);
    for (const provider of [plain, opaqueOnly]) provider.answers.delete('/token/introspection');
  });

  it('signed with a new key are accepted once the provider publishes it', async () => {
    plain.rotate(new SigningKey('second'));

    expect(await status(plain.sign())).toBe(200);
  });
});

describe('a thousand requests at once', () => {
  it('with a key that nobody has cause one fetch', async () => {
    await settledStatus(cluster.sign());
    const before = cluster.count('/jwks');
    const token = (index: number) => cluster.sign({ jti: String(index) }, { kid: 'nobody-has-this' });
    const tokens = Array.from({ length: 1000 }, (_, index) => token(index));

    const answers = await Promise.all(tokens.map(status));

    expect(new Set(answers)).toEqual(new Set([401]));
    expect(cluster.count('/jwks')).toBe(before + 1);
  });
});

describe('a provider in a cluster', () => {
  it('is asked with the token in its file, as it is at that time', async () => {
    const seen: (string | undefined)[] = [];
    const accepted: (string | undefined)[] = [];
    const keys = JSON.stringify({ keys: [cluster.key.publicJwk, new SigningKey('later').publicJwk] });
    cluster.answers.set('/jwks', (request, response) => {
      seen.push(request.headers.authorization);
      accepted.push(request.headers.accept);
      response.setHeader('content-type', 'application/json').end(keys);
    });
    writeFileSync(tokenFile, 'the second\n');

    // Made-up names of keys are looked for now and then only.
    const deadline = Date.now() + 15_000;
    while (seen.length === 0 && Date.now() < deadline) {
      await status(cluster.sign({}, { kid: `unknown-${Date.now()}` }));
      await sleep(100);
    }

    expect(seen).toEqual(['Bearer the second']);
    // Kubernetes refuses whoever asks for JSON alone.
    expect(accepted).toEqual([expect.stringContaining('application/jwk-set+json')]);
  });
});

type Misbehaviour = readonly [kind: string, answer: (response: ServerResponse) => void];

const MISBEHAVIOUR: readonly Misbehaviour[] = [
  ['nonsense', (response) => response.end('<html>')],
  ['null', (response) => response.end('null')],
  [
    'another issuer',
    (response) => response.end('{"issuer":"http://127.0.0.1:1","jwks_uri":"http://127.0.0.1:1"}'),
  ],
  [
    'an address that is none',
    (response) => response.end(`{"issuer":"${broken.issuer}","jwks_uri":"file:///etc/passwd"}`),
  ],
  ['a redirect', (response) => response.writeHead(302, { location: `${plain.issuer}${DISCOVERY}` }).end()],
  ['a server error', (response) => response.writeHead(500).end()],
  ['a stream without end', (response) => void endless(response)],
  ['silence', () => {}],
];

async function endless(response: ServerResponse): Promise<void> {
  response.on('error', () => {});
  while (!response.destroyed) {
    response.write('{"issuer":'.repeat(10_000));
    await sleep(1);
  }
}

describe('a provider that answers', () => {
  it.each(MISBEHAVIOUR)(
    '%s costs its own callers a 503 in time, and nobody else anything',
    async (_kind, answer) => {
      broken.answers.set(DISCOVERY, (_request, response) => answer(response));
      const asked = broken.requests.length;
      const known = plain.sign({ jti: 'known' });
      let answered = await registry.get('/v0.1/servers', broken.sign());

      // The failure before this one is remembered for a moment, in which nobody is asked.
      for (const deadline = Date.now() + 15_000; broken.requests.length === asked && Date.now() < deadline;) {
        await sleep(100);
        answered = await registry.get('/v0.1/servers', broken.sign());
      }

      expect(broken.requests.length).toBe(asked + 1);
      expect(answered.status).toBe(503);
      expect(answered.headers['retry-after']).toBe('5');
      expect(answered.text).not.toContain(new URL(broken.issuer).port);
      expect(await status(known)).toBe(200);
    },
  );
});

describe('while a provider is down', () => {
  it('tokens that were verified go on, others wait for it', async () => {
    const known = secure.sign({ jti: 'known' });
    expect(await settledStatus(known)).toBe(200);
    await secure.stop();

    expect(await status(known)).toBe(200);
    // Its keys are known too; only what needs to be asked is not.
    expect(await status(secure.sign({ jti: 'new' }))).toBe(200);
    expect(await status(secure.sign({}, { kid: 'unheard-of' }))).toBe(503);
    await secure.start();
    expect(await settledStatus(secure.sign({}, { kid: 'unheard-of' }))).toBe(401);
  });
});

import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registryFileOf } from '../support/documents.js';
import { AUDIENCE, IdentityProvider } from '../support/identity-provider.js';
import { ProtectedRegistry, type Route } from '../support/protected-registry.js';
import { type Answer, inlineSource } from '../support/registry-server.js';
import { encode, seconds, SigningKey } from '../support/signing-key.js';

const provider = new IdentityProvider();
const registry = new ProtectedRegistry();
const stranger = new SigningKey('first');

beforeAll(async () => {
  await provider.start();
  await registry.start({
    sources: [{ ...inlineSource('tools', registryFileOf('com.example/tool')), claims: { org: 'acme' } }],
    registries: [{ name: 'default', sources: ['tools'], claims: { org: 'acme' } }],
    auth: {
      mode: 'oauth',
      oauth: { providers: [{ name: 'local', issuerUrl: provider.issuer, audience: AUDIENCE }] },
      authz: {
        roles: {
          superAdmin: [{ role: 'root' }],
          manageSources: [{ role: 'sources' }],
          manageRegistries: [{ role: 'registries' }],
          manageEntries: [{ role: ['entries', 'editor'] }],
        },
      },
    },
  });
});

afterAll(async () => {
  await registry.close();
  await provider.stop();
});

const PUBLIC =
  /^\/(health|readiness|version|api\/v1beta\/\w+|(registry\/default\/)?(api\/)?openapi\.(json|yaml)|\.well-known\/.*)$/;

function isPublic({ path }: Route): boolean {
  return PUBLIC.test(path);
}

/** An `Authorization` header, and the error that it is answered with. */
type Bad = readonly [kind: string, authorization: () => string | undefined, error: string, cause: string];

const bearer = (claims: object, header: object = {}) =>
  `Bearer ${provider.sign({ ...claims }, { ...header })}`;
const claims = () => ({ iss: provider.issuer, aud: AUDIENCE, sub: 'x', exp: seconds(60) });

function hmacWithPublicKey(): string {
  const input = `${encode({ alg: 'HS256', kid: 'first' })}.${encode(claims())}`;
  return `Bearer ${input}.${createHmac('sha256', provider.key.publicPem).update(input).digest('base64url')}`;
}

const BAD: readonly Bad[] = [
  ['no token', () => undefined, 'invalid_request', 'authorization header required'],
  ['the wrong scheme', () => 'Basic YTpi', 'invalid_request', 'invalid authorization header format'],
  ['a scheme alone', () => 'Bearer', 'invalid_request', 'empty token'],
  ['garbage', () => 'Bearer garbage', 'invalid_token', 'no introspection endpoint'],
  ['characters of no token', () => 'Bearer ${x}', 'invalid_token', 'characters'],
  ['parts that are no JSON', () => 'Bearer a.b.c', 'invalid_token', 'no introspection endpoint'],
  [
    'alg none',
    () => `Bearer ${encode({ alg: 'none', kid: 'first' })}.${encode(claims())}.`,
    'invalid_token',
    'signing method: none',
  ],
  ['HS256 with the public key', hmacWithPublicKey, 'invalid_token', 'signing method: HS256'],
  ['no kid', () => bearer({}, { kid: undefined }), 'invalid_token', 'missing kid'],
  ['an unknown kid', () => bearer({}, { kid: 'other' }), 'invalid_token', 'key ID other not found'],
  ['a key for another algorithm', () => bearer({}, { alg: 'PS256' }), 'invalid_token', 'is for RS256'],
  [
    'an extension that nobody knows',
    () => bearer({}, { crit: ['b64'], b64: true }),
    'invalid_token',
    'extensions',
  ],
  [
    'the signature of a stranger',
    () => `Bearer ${stranger.sign(claims())}`,
    'invalid_token',
    'signature is invalid',
  ],
  [
    'a key of its own in its header',
    () => `Bearer ${stranger.sign(claims(), { jwk: stranger.publicJwk, jku: 'http://127.0.0.1:9/keys' })}`,
    'invalid_token',
    'signature is invalid',
  ],
  ['another issuer', () => bearer({ iss: `${provider.issuer}/` }), 'invalid_token', 'invalid issuer'],
  ['no issuer', () => bearer({ iss: undefined }), 'invalid_token', 'invalid issuer'],
  ['another audience', () => bearer({ aud: ['https://other.test'] }), 'invalid_token', 'invalid audience'],
  ['no audience', () => bearer({ aud: undefined }), 'invalid_token', 'invalid audience'],
  ['an expiry in the past', () => bearer({ exp: seconds(-31) }), 'invalid_token', 'token is expired'],
  ['no expiry', () => bearer({ exp: undefined }), 'invalid_token', 'no exp'],
  ['an expiry that is text', () => bearer({ exp: '9999999999' }), 'invalid_token', 'times'],
  ['a start in the future', () => bearer({ nbf: seconds(60) }), 'invalid_token', 'not valid yet'],
  ['no subject', () => bearer({ sub: undefined }), 'invalid_token', 'Invalid authentication claims'],
  ['a subject that is no text', () => bearer({ sub: 7 }), 'invalid_token', 'Invalid authentication claims'],
];

interface Reply {
  readonly route: Route;
  readonly answer: Answer;
}

/** What the routes answer that are public, or those that are not: the same by both entrances of the read path. */
async function ask(which: 'public' | 'protected', authorization: string | undefined): Promise<Reply[]> {
  const headers = authorization === undefined ? {} : { authorization };
  const replies: Reply[] = [];
  const late: [Route, object, object][] = [];
  for (const route of registry.routes().filter((one) => isPublic(one) === (which === 'public'))) {
    const answer = await registry.send(route.method, route.path, { headers });
    if (route.method === 'GET' || route.method === 'HEAD') {
      // What says that it has a body goes past the first entrance of the read path, through Express and Nest.
      const slow = { ...headers, 'transfer-encoding': 'chunked' };
      const again = await registry.send(route.method, route.path, { headers: slow });
      late.push([route, told(answer), told(again)]);
      const { text: _none, ...head } = told(await registry.send('HEAD', route.path, { headers }));
      const { text: _body, ...whole } = told(answer);
      late.push([route, whole, head]);
    }
    replies.push({ route, answer });
  }
  expect(late.map(([route, , again]) => [route, again])).toEqual(
    late.map(([route, answer]) => [route, answer]),
  );
  return replies;
}

/** All of an answer but what differs between any two. */
function told({ status, headers, text }: Answer) {
  const { date: _date, 'x-request-id': _id, ...rest } = headers;
  return { status, headers: rest, text };
}

describe('the routes', () => {
  it('are many, and those that are public are known', () => {
    const routes = registry.routes();

    expect(routes.length).toBeGreaterThan(50);
    expect(routes.filter(isPublic).length).toBeGreaterThan(10);
    expect(routes.map(({ path }) => path)).toContain('/v1/me');
  });
});

it('public routes do not look at tokens', async () => {
  const replies = await ask('public', 'Bearer garbage');

  expect(replies.filter(({ answer }) => answer.status >= 400)).toEqual([]);
});

it('every route answers a preflight before it asks who is there', async () => {
  for (const { method, path } of registry.routes()) {
    const headers = { origin: 'https://a.test', 'access-control-request-method': method };
    const { status, headers: sent, text } = await registry.send('OPTIONS', path, { headers });
    expect([path, status, text]).toEqual([path, 204, '']);
    expect(sent['access-control-allow-origin']).toBe('*');
    expect(sent['access-control-allow-headers']).toContain('Authorization');
  }
});

describe('every other route answers 401, with the way to a token, to', () => {
  it.each(BAD)('%s', async (_kind, authorization, error, cause) => {
    for (const { route, answer } of await ask('protected', authorization())) {
      expect([route.path, answer.status]).toEqual([route.path, 401]);
      expect(answer.headers['content-type']).toBe('application/json');
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.headers.vary).toContain('Authorization');
      const challenge = String(answer.headers['www-authenticate']);
      expect(challenge).toContain(`error="${error}"`);
      expect(challenge).toContain('resource_metadata="http://127.0.0.1:');
      expect(answer.json()).toEqual({ error, error_description: expect.stringContaining(cause) as string });
    }
  });

  it('a token of 100 KB, which Node refuses before anybody reads it', async () => {
    for (const { method, path } of registry.routes()) {
      const answer = await registry.send(method, path, { token: 'a'.repeat(100_000) });
      expect([path, answer.status, answer.headers['content-type']]).toEqual([
        path,
        431,
        'application/problem+json',
      ]);
      expect(answer.headers).not.toHaveProperty('etag');
      expect(answer.text).not.toContain('aaaa');
    }
  });
});

/** Whether a caller with a role may take a route that is not public. */
function mayTake(role: string, { method, path }: Route): boolean {
  if (role === 'root') return true;
  if (path === '/v1/explain' || path.startsWith('/v1/views')) return false;
  if (/^\/v1\/(sources|runs)/.test(path)) return role === 'sources';
  if (path.startsWith('/v1/registries')) return role === 'registries';
  return ['GET', 'HEAD'].includes(method) || role === 'entries' || role === 'editor';
}

describe('a good token', () => {
  it.each(['none', 'sources', 'registries', 'entries', 'editor', 'root', 'Root'])(
    'with the role %s opens what the role allows, and the rest answers 403',
    async (role) => {
      const replies = await ask('protected', bearer({ org: 'acme', role }));
      const refused = replies.filter(({ answer }) => answer.status === 403);

      expect(refused.map(({ route }) => route)).toEqual(
        replies.map(({ route }) => route).filter((route) => !mayTake(role, route)),
      );
      expect(replies.filter(({ answer }) => answer.status === 401)).toEqual([]);
      const bodies = refused.map(({ answer }) => answer.json<{ title: string; error: string }>());
      expect(bodies.every(({ title, error }) => title === 'Forbidden' && error.startsWith('forbidden'))).toBe(
        true,
      );
    },
  );

  it('may be a little early or late, because clocks differ', async () => {
    for (const times of [{ exp: seconds(-20) }, { nbf: seconds(20) }]) {
      const { status } = await registry.send('GET', '/v1/me', { headers: { authorization: bearer(times) } });
      expect(status).toBe(200);
    }
  });
});

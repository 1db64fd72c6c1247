import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { hashViewToken, makeViewToken } from '../../src/model/view-token.js';
import { registryFileOf } from '../support/documents.js';
import { AUDIENCE, IdentityProvider } from '../support/identity-provider.js';
import { ProtectedRegistry } from '../support/protected-registry.js';
import { inlineSource, listed, type ServerList } from '../support/registry-server.js';

const provider = new IdentityProvider();
const registry = new ProtectedRegistry();
const viewToken = makeViewToken();

interface Asked {
  readonly source?: object;
  readonly registry?: object;
  readonly view?: object;
}

/** Two sources, of which the first stands before the other, with what they ask for. */
function configOf({
  source = { team: 'a' },
  registry: gate = { team: [] },
  view = { team: 'a' },
}: Asked = {}) {
  return {
    sources: [
      { ...inlineSource('first', registryFileOf('x/both', 'x/first')), claims: source },
      { ...inlineSource('second', registryFileOf('x/both', 'x/second')), claims: { team: ['b', 'c'] } },
    ],
    registries: [{ name: 'default', sources: ['first', 'second'], claims: gate }],
    auth: {
      mode: 'oauth',
      oauth: { providers: [{ name: 'local', issuerUrl: provider.issuer, audience: AUDIENCE }] },
      authz: { roles: { superAdmin: [{ role: 'root' }] } },
    },
    views: [{ name: 'window', registry: 'default', claims: view, tokenSha256: [hashViewToken(viewToken)] }],
  };
}

beforeAll(async () => {
  await provider.start();
  await registry.start(configOf());
});

afterAll(async () => {
  await registry.close();
  await provider.stop();
});

beforeEach(() => registry.reload(configOf()));

const PATH = '/v0.1/servers';
const FIRST = ['x/both@1.0.0', 'x/first@1.0.0'];
const SECOND = ['x/both@1.0.0', 'x/second@1.0.0'];

/** What a caller is shown by both entrances, which must agree. */
async function shown(path: string, token?: string): Promise<readonly string[] | number> {
  const answers = [
    await registry.get(path, token),
    await registry.get(path, token, { 'transfer-encoding': 'chunked' }),
  ].map((answer) => (answer.status === 200 ? listed(answer.json<ServerList>()) : answer.status));
  expect(answers[0]).toEqual(answers[1]);
  return answers[0] ?? 0;
}

it('other claims of a source count at once for tokens that are known, and for what was kept of replies', async () => {
  const [a, b] = [provider.sign({ team: 'a' }), provider.sign({ team: 'b' })];
  expect([await shown(PATH, a), await shown(PATH, b)]).toEqual([FIRST, SECOND]);
  const { etag = '' } = (await registry.get(PATH, a)).headers;

  await registry.reload(configOf({ source: { team: 'b' } }));
  expect([await shown(PATH, a), await shown(PATH, b)]).toEqual([[], [...FIRST, 'x/second@1.0.0']]);
  expect((await registry.get(PATH, a, { 'if-none-match': etag })).status).toBe(200);
  expect((await registry.get(`${PATH}/x%2Ffirst/versions/latest`, a)).status).toBe(404);

  // A claim that nothing asked for when the token was verified.
  const named = provider.sign({ team: 'c', site: 'north' });
  expect(await shown(PATH, named)).toEqual(SECOND);
  await registry.reload(configOf({ source: { site: 'north' } }));
  expect(await shown(PATH, named)).toEqual([...FIRST, 'x/second@1.0.0']);
  expect(await shown(PATH, b)).toEqual(SECOND);
});

it('a registry that asks for more is gone for those who lack it, by token and by view', async () => {
  const [a, root] = [provider.sign({ team: 'a' }), provider.sign({ role: 'root' })];
  const view = `/view/${viewToken}${PATH}`;
  expect([await shown(PATH, a), await shown(view)]).toEqual([FIRST, FIRST]);

  await registry.reload(configOf({ registry: { team: 'b' } }));
  expect([await shown(PATH, a), await shown(view)]).toEqual([404, 404]);
  expect(await shown(PATH, root)).toEqual([...FIRST, 'x/second@1.0.0']);
});

it('a view shows what its claims are now', async () => {
  const view = `/view/${viewToken}${PATH}`;
  expect(await shown(view)).toEqual(FIRST);

  await registry.reload(configOf({ view: { team: 'c' } }));
  await vi.waitFor(async () => expect(await shown(view)).toEqual(SECOND), { timeout: 10_000 });
});

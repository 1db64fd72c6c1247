import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registryFileOf } from '../support/documents.js';
import { AUDIENCE, IdentityProvider } from '../support/identity-provider.js';
import { ProtectedRegistry } from '../support/protected-registry.js';
import { inlineSource } from '../support/registry-server.js';

const provider = new IdentityProvider();
const registry = new ProtectedRegistry();

beforeAll(async () => {
  await provider.start();
  await registry.start({
    sources: [
      { ...inlineSource('web', registryFileOf('a/web')), claims: { team: 'web' } },
      { ...inlineSource('finance', registryFileOf('a/ledger')), claims: { team: 'finance' } },
      inlineSource('forgotten', registryFileOf('a/secret')),
    ],
    registries: [
      { name: 'shared', sources: ['finance', 'web'], claims: { team: ['web', 'finance'] } },
      { name: 'vault', sources: ['finance'], claims: { team: 'finance' } },
      { name: 'nobody', sources: ['forgotten'] },
    ],
    auth: {
      mode: 'oauth',
      oauth: { providers: [{ name: 'local', issuerUrl: provider.issuer, audience: AUDIENCE }] },
      authz: {
        roles: {
          superAdmin: [{ role: 'root' }],
          manageSources: [{ role: 'admin' }],
          manageRegistries: [{ role: 'admin' }],
        },
      },
    },
  });
});

afterAll(async () => {
  await registry.close();
  await provider.stop();
});

/** The names in a list of the administration. */
async function named(list: 'sources' | 'registries', claims: object): Promise<string[]> {
  const answer = await registry.get(`/v1/${list}`, provider.sign({ ...claims }));
  return answer.json<Record<string, { name: string }[]>>()[list]?.map(({ name }) => name) ?? [];
}

const webAdmin = { role: 'admin', team: 'web' };

describe('the administration', () => {
  it('lists to each administrator what its claims allow, and everything to a superAdmin', async () => {
    expect(await named('sources', webAdmin)).toEqual(['web']);
    expect(await named('sources', { role: 'admin', team: ['web', 'finance'] })).toEqual(['finance', 'web']);
    expect(await named('sources', { role: 'admin' })).toEqual([]);
    expect(await named('sources', { role: 'root' })).toEqual(['finance', 'forgotten', 'web']);
    expect(await named('registries', webAdmin)).toEqual(['shared']);
    expect(await named('registries', { role: 'admin', team: 'finance' })).toEqual(['shared', 'vault']);
    expect(await named('registries', { role: 'root' })).toEqual(['nobody', 'shared', 'vault']);
  });

  it('shows what is hidden as it shows what is not there, on every route of it', async () => {
    const token = provider.sign({ ...webAdmin });
    const routes = ['', '/entries', '/runs', '/quarantine'];
    for (const route of routes) {
      expect((await registry.get(`/v1/sources/web${route}`, token)).status).toBe(200);
      const hidden = (await registry.get(`/v1/sources/finance${route}`, token)).json<{ detail: string }>();
      const absent = (await registry.get(`/v1/sources/none${route}`, token)).json<{ detail: string }>();
      expect(hidden.detail.replace('finance', 'none')).toBe(absent.detail);
    }
    for (const [name, status] of [
      ['shared', 200],
      ['vault', 404],
      ['nobody', 404],
    ] as const) {
      expect((await registry.get(`/v1/registries/${name}`, token)).status).toBe(status);
      expect((await registry.get(`/v1/registries/${name}/entries`, token)).status).toBe(status);
    }
  });

  it('names in a registry only the sources that the administrator may know of', async () => {
    const answer = await registry.get('/v1/registries/shared', provider.sign({ ...webAdmin }));

    expect(answer.json()).toMatchObject({ name: 'shared', sources: ['web'] });
  });

  it('shows the runs of visible sources alone', async () => {
    const token = provider.sign({ role: 'root' });
    const runs = async (name: string) =>
      (await registry.get(`/v1/sources/${name}/runs`, token)).json<{ runs: { id: string }[] }>().runs;
    const [web] = await runs('web');
    const [finance] = await runs('finance');
    const statusOf = async (id = '') =>
      (await registry.get(`/v1/runs/${id}`, provider.sign({ ...webAdmin }))).status;

    expect([await statusOf(web?.id), await statusOf(finance?.id)]).toEqual([200, 404]);
  });
});

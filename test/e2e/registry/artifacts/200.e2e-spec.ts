import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inlineSource, useRegistry } from '../../../support/registry-server.js';

interface Artifact {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly status?: string;
}
interface ArtifactList {
  readonly skills?: Artifact[];
  readonly plugins?: Artifact[];
  readonly metadata: { readonly count: number; readonly nextCursor?: string };
}

const SAMPLE = JSON.parse(
  readFileSync(new URL('../../../../config/registry-sample.json', import.meta.url), 'utf8'),
) as { data: { skills: Artifact[]; plugins: Artifact[] } };
/** Two further versions of one skill and of one plugin of the sample. */
const OLDER = ['0.4.1-beta', '0.3.9'];

function olderVersions(of: Artifact | undefined): object[] {
  return OLDER.map((version) => ({ ...of, version }));
}

function byName(a: Artifact, b: Artifact): number {
  return `${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1;
}

describe('skills and plugins', () => {
  const registry = useRegistry({
    config: () => {
      const data = {
        ...SAMPLE.data,
        skills: [
          ...SAMPLE.data.skills,
          ...olderVersions(SAMPLE.data.skills.find(({ name }) => name === 'incident-review')),
        ],
        plugins: [
          ...SAMPLE.data.plugins,
          ...olderVersions(SAMPLE.data.plugins.find(({ name }) => name === 'on-call-kit')),
        ],
      };
      return {
        sources: [inlineSource('sample', { ...SAMPLE, data })],
        registries: [{ name: 'default', sources: ['sample'] }],
      };
    },
  });
  describe.each(['skills', 'plugins'] as const)('GET /v0.1/x/dev.toolhive/%s', (kind) => {
    const route = `/v0.1/x/dev.toolhive/${kind}`;
    const expected = [...SAMPLE.data[kind]].sort(byName);
    const several = kind === 'skills' ? 'com.example.ops/incident-review' : 'com.example.ops/on-call-kit';
    const newest = kind === 'skills' ? '0.4.1' : '1.0.0';

    async function list(query = ''): Promise<ArtifactList> {
      return (await registry.get(route + query)).json<ArtifactList>();
    }

    async function names(query: string): Promise<string[] | undefined> {
      return (await list(query))[kind]?.map(({ name }) => name);
    }

    it('shows the latest version of each as a bare document, statuses in lower case', async () => {
      const shown = await list();

      expect(shown).toEqual({ [kind]: expected, metadata: { count: expected.length } });
      expect(Object.keys(shown)).toEqual([kind, 'metadata']);
      for (const { status } of shown[kind] ?? []) expect(status).toMatch(/^[a-z]+$/);
    });

    it('pages with every limit to the same whole', async () => {
      for (let limit = 1; limit <= expected.length; limit += 1) {
        const found: Artifact[] = [];
        let cursor: string | undefined = '';
        while (cursor !== undefined) {
          const page = await list(`?limit=${limit}&cursor=${cursor}`);
          found.push(...(page[kind] ?? []));
          cursor = page.metadata.nextCursor;
        }
        expect(found).toEqual(expected);
      }
    });

    it('filters by status and by words', async () => {
      for (const status of ['active', 'deprecated', 'archived', 'deleted']) {
        const wanted = expected.filter((artifact) => artifact.status === status).map(({ name }) => name);
        expect([status, await names(`?status=${status}`)]).toEqual([status, wanted]);
        expect(await names(`?status=${status.toUpperCase()}`)).toEqual(wanted);
      }
      const [last] = several.split('/').slice(-1);
      expect(await names(`?search=${last}`)).toEqual([last]);
      expect(await names('?search=no-such-thing')).toEqual([]);
    });

    it('shows one by its name, in its latest version', async () => {
      for (const artifact of expected) {
        const answer = await registry.get(`${route}/${artifact.namespace}/${artifact.name}`);
        expect([answer.status, answer.json()]).toEqual([200, artifact]);
      }
    });

    it('shows all versions newest first, and each of them', async () => {
      const answer = await registry.get(`${route}/${several}/versions`);
      const shown = answer.json<ArtifactList>();
      const versions = shown[kind]?.map(({ version }) => version);

      expect(versions).toEqual([newest, ...OLDER]);
      expect(shown.metadata).toEqual({ count: 3 });
      for (const version of versions ?? []) {
        const single = await registry.get(`${route}/${several}/versions/${version}`);
        expect(single.json<Artifact>().version).toBe(version);
        expect(answer.text).toContain(single.text);
      }
      const latest = await registry.get(`${route}/${several}/versions/latest`);
      expect(latest.json<Artifact>().version).toBe(newest);
    });

    it.each([
      '/none/none',
      '/com.example.ops/none',
      `/${several}/versions/9.9.9`,
      '/none/none/versions',
      '/one',
    ])('does not know %s', async (path) => {
      const answer = await registry.get(route + path);
      expect([answer.status, answer.headers['content-type']]).toEqual([404, 'application/problem+json']);
    });

    it.each(['limit=x', 'cursor=x', 'status=gone'])('refuses ?%s', async (query) => {
      expect((await registry.get(`${route}?${query}`)).status).toBe(400);
    });
  });
});

import { describe, expect, it } from 'vitest';
import { useRegistry } from '../../../support/registry-server.js';

interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly error: string;
  readonly errors?: { readonly message: string; readonly location?: string }[];
}

const LONG = 'x'.repeat(5000);

describe('malformed requests to GET /v0.1/servers', () => {
  const registry = useRegistry();

  it.each([
    ['limit', 'abc'],
    ['limit', '1.5'],
    ['limit', '1e3'],
    ['limit', '0x10'],
    ['limit', '%2B5'],
    ['limit', 'NaN'],
    ['limit', '%00'],
    ['updated_since', '2025-08-07'],
    ['updated_since', '2025-08-07T13:15:04'],
    ['updated_since', 'yesterday'],
    ['updated_since', '2025-13-07T13:15:04Z'],
    ['updated_since', '2025-02-30T13:15:04Z'],
    ['updated_since', '1754572504'],
    ['sort', 'size'],
    ['sort', 'Name'],
    ['status', 'gone'],
    ['status', 'active,gone'],
    ['include_deleted', 'maybe'],
    ['include_deleted', '2'],
    ['cursor', 'x'],
    ['cursor', 'bmFtZSx2ZXJzaW9u'],
    ['cursor', 'com.example%2Fa:1.0.0'],
    ['cursor', 'W10'],
    ['cursor', 'W10='],
    ['cursor', '%00'],
    ['cursor', LONG],
    ['search', LONG],
    ['tag', LONG],
  ])('refuses %s=%s', async (parameter, value) => {
    const answer = await registry.get(`/v0.1/servers?${parameter}=${value}`);
    const problem = answer.json<Problem>();

    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(problem).toMatchObject({ status: 400, error: problem.detail });
    expect(problem.errors?.map(({ location }) => location)).toEqual([`query.${parameter}`]);
    expect(answer.body.length).toBeLessThan(4000);
  });

  it('reports every malformed parameter at once', async () => {
    const answer = await registry.get('/v0.1/servers?limit=a&updated_since=b&sort=c&status=d');

    expect(
      answer
        .json<Problem>()
        .errors?.map(({ location }) => location)
        .sort(),
    ).toEqual(['query.limit', 'query.sort', 'query.status', 'query.updated_since']);
  });

  it('refuses a cursor of which one character was changed, cut off or added', async () => {
    const { metadata } = await registry.list('/v0.1/servers?limit=1');
    const cursor = metadata.nextCursor ?? '';

    for (const broken of [cursor.slice(0, -1), `${cursor}A`, `B${cursor.slice(1)}`, `${cursor}=`]) {
      const answer = await registry.get(`/v0.1/servers?cursor=${broken}`);
      expect([broken, answer.status]).toEqual([broken, 400]);
    }
  });

  it.each(['/v0/servers', '/servers', '/registry/default/v0.1/servers', '/api/v0/servers'])(
    'refuses the same on %s',
    async (path) => {
      expect((await registry.get(`${path}?limit=abc`)).status).toBe(400);
      expect((await registry.get(`${path}?cursor=x`)).status).toBe(400);
    },
  );

  it('refuses a malformed include_deleted on the routes of one server', async () => {
    for (const path of ['', '/versions', '/versions/latest']) {
      const route = `/v0.1/servers/com.example.weather%2Fforecast${path}`;
      expect((await registry.get(`${route}?include_deleted=maybe`)).status).toBe(400);
    }
  });
});

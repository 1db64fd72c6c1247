import { describe, expect, it } from 'vitest';
import { useRegistry } from '../../../support/registry-server.js';

interface Summary {
  readonly name: string;
}
const FORECAST = '/api/v0/servers/com.example.weather%2Fforecast';
const TOOLHIVE = '?format=toolhive';

describe('the first API', () => {
  const registry = useRegistry();

  it.each(['', '?format=upstream', '?format=', '?limit=3&search=e', '?version=latest'])(
    'GET /api/v0/servers%s shows what /v0.1/servers shows',
    async (query) => {
      const answer = await registry.get(`/api/v0/servers${query}`);

      expect([answer.status, answer.text]).toEqual([200, (await registry.get(`/v0.1/servers${query}`)).text]);
    },
  );

  it('GET /api/v0/servers?format=toolhive gives a summary of each server', async () => {
    const { servers, total } = (await registry.get(`/api/v0/servers${TOOLHIVE}`)).json<{
      servers: Summary[];
      total: number;
    }>();

    expect(total).toBe(servers.length);
    expect(servers.length).toBeGreaterThan(5);
    for (const summary of servers) {
      expect(Object.keys(summary)).toEqual([
        'name',
        'description',
        'tier',
        'status',
        'transport',
        'tools_count',
      ]);
    }
    expect(servers.find(({ name }) => name === 'com.example.support/tickets')).toEqual({
      name: 'com.example.support/tickets',
      description: 'Reads, answers and routes the tickets of your support desk',
      tier: 'Official',
      status: 'Active',
      transport: 'streamable-http',
      tools_count: 3,
    });
  });

  it('GET /api/v0/servers/{name}?format=toolhive gives the details, with their optional members', async () => {
    const answer = await registry.get(FORECAST + TOOLHIVE);

    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({
      name: 'com.example.weather/forecast',
      status: 'Active',
      transport: 'stdio',
      tools: ['current_weather', 'forecast', 'warnings'],
      tags: ['weather', 'forecast', 'travel'],
      image: 'docker.io/example/weather-mcp:1.1.0',
      repository_url: 'https://github.com/example-org/weather-mcp',
    });
    const { env_vars: variables } = answer.json<{ env_vars: object[] }>();
    expect(variables[0]).toEqual({
      name: 'WEATHER_API_KEY',
      description: 'Key of your weather account',
      required: true,
      secret: true,
    });
  });

  it('gives details of every server of its list', async () => {
    const { servers } = (await registry.get(`/api/v0/servers${TOOLHIVE}`)).json<{ servers: Summary[] }>();

    for (const { name } of servers) {
      const answer = await registry.get(`/api/v0/servers/${encodeURIComponent(name)}${TOOLHIVE}`);
      expect([answer.status, answer.json<Summary>().name]).toEqual([200, name]);
    }
  });

  it('GET /api/v0/info describes the registry', async () => {
    const before = Date.now();
    const info = (await registry.get('/api/v0/info')).json<{ last_updated: string }>();

    expect(Object.keys(info)).toEqual(['version', 'last_updated', 'source', 'total_servers']);
    expect(info).toMatchObject({ source: expect.stringContaining('sample') as string, total_servers: 13 });
    expect(Math.abs(before - Date.parse(info.last_updated))).toBeLessThan(120_000);
  });

  it('refuses other formats', async () => {
    for (const path of ['/api/v0/servers', FORECAST]) {
      const answer = await registry.get(`${path}?format=xml`);
      expect(answer.status).toBe(400);
      expect(answer.json()).toMatchObject({
        error: "Unsupported format. Supported formats: 'toolhive', 'upstream'",
      });
    }
  });

  it.each([
    '/api/v0/servers/nobody',
    `/api/v0/servers/nobody${TOOLHIVE}`,
    `/api/v0/servers/%00${TOOLHIVE}`,
    '/api/v0/deployed',
    '/api/v0/deployed/com.example.weather%2Fforecast',
    '/registry/default/api/v0/deployed',
    '/registry/nowhere/api/v0/info',
    '/api/v0/nothing',
    '/api/v0',
  ])('%s is a 404 problem', async (path) => {
    const answer = await registry.get(path);
    const problem = answer.json<{ detail: string; error: string }>();

    expect([answer.status, answer.headers['content-type']]).toEqual([404, 'application/problem+json']);
    expect(problem.error).toBe(problem.detail);
  });

  it('says of running servers that no Kubernetes source is configured', async () => {
    expect((await registry.get('/api/v0/deployed')).text).toMatch(/Kubernetes/);
  });
});

import { describe, expect, it } from 'vitest';
import { useRegistry } from '../../../support/registry-server.js';

const FORECAST = 'com.example.weather%2Fforecast';

/** Requests of clients, with the headers that each of them sends, and what they must get. */
const CLIENTS: Readonly<
  Record<string, { headers: Record<string, string>; requests: readonly (readonly [string, number])[] }>
> = {
  'Copilot CLI': {
    headers: { accept: 'application/json' },
    requests: [
      [`/v0.1/servers/${FORECAST}/versions/latest`, 200],
      ['/v0.1/servers/com.example%2Funknown/versions/latest', 404],
      ['/v0.1/servers?limit=30', 200],
      ['/v0.1/servers?limit=30&search=weather', 200],
      // One release left out the version part.
      ['/servers?limit=30&search=weather', 200],
      ['/registry/default/servers?limit=30', 200],
      [`/registry/default/v0.1/servers/${FORECAST}/versions/latest`, 200],
    ],
  },
  LangChain4j: {
    headers: { 'content-type': 'application/json' },
    requests: [
      ['/v0/servers', 200],
      ['/v0/servers?limit=2&search=weather', 200],
      ['/v0/servers?updated_since=2025-01-01T00:00:00Z&version=latest', 200],
      [`/v0/servers/${FORECAST}`, 200],
      [`/v0.1/servers/${FORECAST}/versions`, 200],
      [`/v0.1/servers/${FORECAST}/versions/1.0.0`, 200],
      ['/v0/servers/unknown', 404],
      ['/v0/health', 200],
      ['/v0/ping', 200],
    ],
  },
  'mcp-publisher': {
    headers: { accept: 'application/json', 'user-agent': 'Go-http-client/1.1' },
    requests: [
      ['/v0/health', 200],
      [`/v0/servers/${FORECAST}/versions/1.0.0?include_deleted=true`, 200],
      [`/v0/servers/${FORECAST}/versions?include_deleted=true`, 200],
      ['/v0/servers/com.example%2Funknown/versions?include_deleted=true', 404],
    ],
  },
  'Docker MCP gateway': {
    headers: {},
    requests: [
      ['/v0/servers?limit=100', 200],
      [`/v0/servers/${FORECAST}/versions/latest`, 200],
    ],
  },
  'a browser': {
    headers: { origin: 'https://example.com', accept: 'text/html,*/*;q=0.8', 'accept-encoding': 'identity' },
    requests: [
      ['/v0.1/servers', 200],
      [`/v0.1/servers/${FORECAST}/versions/latest`, 200],
    ],
  },
};
const ROWS = Object.entries(CLIENTS).flatMap(([client, { headers, requests }]) =>
  requests.map(([path, status]) => ({ client, headers, path, status })),
);

describe('other clients', () => {
  const registry = useRegistry();

  it.each(ROWS)('$client: $path answers $status', async ({ headers, path, status }) => {
    const answer = await registry.get(path, headers);

    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe(
      status === 200 ? 'application/json' : 'application/problem+json',
    );
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(answer.json()).toBeTypeOf('object');
  });

  it('LangChain4j reads times that end in Z', async () => {
    const { servers } = await registry.list('/v0/servers');

    for (const { _meta } of servers) {
      const { publishedAt, updatedAt } = _meta['io.modelcontextprotocol.registry/official'];
      for (const time of [publishedAt, updatedAt]) expect(new Date(time).toISOString()).toBe(time);
    }
  });

  it('LangChain4j appends a cursor as it is', async () => {
    const { metadata } = await registry.list('/v0/servers?limit=5');

    expect(
      (await registry.list(`/v0/servers?limit=50&cursor=${metadata.nextCursor ?? ''}`)).metadata,
    ).toEqual({
      count: 11,
    });
  });

  it('mcp-publisher reads why it cannot publish here', async () => {
    const headers = { 'content-type': 'application/json', authorization: 'Bearer none' };
    for (const [method, path] of [
      ['POST', '/v0/publish'],
      ['POST', '/v0/auth/github-at'],
      ['PATCH', `/v0/servers/${FORECAST}/versions/1.0.0/status`],
      ['PATCH', `/v0/servers/${FORECAST}/status`],
    ] as const) {
      const answer = await registry.send(method, path, { headers, body: '{}' });
      expect([path, answer.status]).toEqual([path, 501]);
      expect(answer.json<{ error: string }>().error).toMatch(/./);
    }
  });
});

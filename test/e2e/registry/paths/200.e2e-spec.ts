import { describe, expect, it } from 'vitest';
import { useRegistry } from '../../../support/registry-server.js';

/** Spellings in which the same resource is asked for; each row's first is the one of the standard. */
const SPELLINGS: readonly (readonly string[])[] = [
  [
    '/v0.1/servers?limit=3',
    '/v0.1/servers/?limit=3',
    '/v0.1/servers//?limit=3',
    '/v0.1//servers?limit=3',
    '/v0/servers?limit=3',
    '/v0/servers/?limit=3',
    '/servers?limit=3',
    '/servers/?limit=3',
    '/v0.1/v0.1/servers?limit=3',
    '/v0.1/v0/servers?limit=3',
    '/v0/v0.1/servers?limit=3',
    '/api/v0/servers?limit=3',
    '/api/v0/servers?limit=3&format=upstream',
    '/registry/default/v0.1/servers?limit=3',
    '/registry/default/v0.1/servers/?limit=3',
    '/registry/default/v0/servers?limit=3',
    '/registry/default/servers?limit=3',
    '/registry/default/v0.1/v0.1/servers?limit=3',
    '/registry/default/api/v0/servers?limit=3',
  ],
  [
    '/v0.1/servers/com.example.weather%2Fforecast/versions',
    '/v0.1/servers/com.example.weather%2fforecast/versions',
    '/v0.1/servers/com.example.weather%252Fforecast/versions',
    '/v0.1/servers/com.example.weather%252fforecast/versions',
    '/v0.1/servers/com.example.weather/forecast/versions',
    '/v0.1/servers/com.example.weather/forecast/versions/',
    '/v0.1/servers/com%2Eexample.weather%2Fforecast/versions',
    '/v0/servers/com.example.weather%2Fforecast/versions/',
    '/v0/servers/com.example.weather/forecast/versions',
    '/servers/com.example.weather%2Fforecast/versions',
    '/servers/com.example.weather/forecast/versions',
    '/v0.1/v0.1/servers/com.example.weather%2Fforecast/versions',
    '/registry/default/v0.1/servers/com.example.weather%2Fforecast/versions',
    '/registry/default/v0/servers/com.example.weather/forecast/versions/',
    '/registry/default/servers/com.example.weather/forecast/versions',
  ],
  [
    '/v0.1/servers/com.example.weather%2Fforecast/versions/latest',
    '/v0.1/servers/com.example.weather%2Fforecast/versions/1.1.0',
    '/v0.1/servers/com.example.weather%2Fforecast/versions/1%2E1%2E0/',
    '/v0.1/servers/com.example.weather/forecast/versions/latest',
    '/v0.1/servers/com.example.weather%252Fforecast/versions/latest/',
    '/v0.1/servers/com.example.weather%2Fforecast',
    '/v0.1/servers/com.example.weather%2Fforecast/',
    '/v0.1/servers/com.example.weather/forecast',
    '/v0/servers/com.example.weather/forecast/',
    '/servers/com.example.weather%2Fforecast',
    '/servers/com.example.weather/forecast/versions/latest',
    '/v0.1/v0.1/servers/com.example.weather%2Fforecast/versions/latest',
    '/api/v0/servers/com.example.weather%2Fforecast',
    '/api/v0/servers/com.example.weather/forecast',
    '/registry/default/api/v0/servers/com.example.weather%2Fforecast',
    '/registry/default/v0.1/servers/com.example.weather/forecast',
    '/registry/default/servers/com.example.weather%2Fforecast/versions/latest',
  ],
  [
    '/v0.1/x/dev.toolhive/skills/com.example.ops/incident-review',
    '/v0.1/x/dev.toolhive/skills/com.example.ops/incident-review/',
    '/v0.1/x/dev.toolhive/skills/com.example.ops/incident-review/versions/latest',
    '/v0/x/dev.toolhive/skills/com.example.ops/incident-review',
    '/v0.1/v0.1/x/dev.toolhive/skills/com.example.ops/incident-review',
    '/registry/default/v0.1/x/dev.toolhive/skills/com.example.ops/incident-review',
    '/registry/default/v0/x/dev.toolhive/skills/com.example.ops/incident-review/',
  ],
  [
    '/v0.1/x/dev.toolhive/plugins',
    '/v0.1/x/dev.toolhive/plugins/',
    '/v0/x/dev.toolhive/plugins',
    '/registry/default/v0.1/x/dev.toolhive/plugins/',
  ],
  ['/v0.1/registries', '/v0/registries', '/registry', '/registry/', '/v0.1/registries/'],
  ['/v0.1/ping', '/v0/ping', '/v0.1/ping/', '/registry/default/v0.1/ping', '/v0.1/v0.1/ping'],
];

describe('spellings of one path', () => {
  const registry = useRegistry();

  it.each(SPELLINGS.map((row) => [row[0] ?? '', row]))('%s', async (first, row) => {
    const expected = await registry.get(first);
    expect(expected.status).toBe(200);

    for (const path of row) {
      const answer = await registry.get(path);
      // Not redirected: a redirection loses the escaped slash on the way.
      expect([path, answer.status]).toEqual([path, 200]);
      expect([path, answer.text]).toEqual([path, expected.text]);
      expect([path, answer.headers.etag]).toEqual([path, expected.headers.etag]);
    }
  });
});

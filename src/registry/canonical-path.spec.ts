import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalPath } from './canonical-path.js';

describe('canonicalPath', () => {
  it.each([
    ['VS Code, list', '/v0.1/servers', '/v0.1/servers'],
    ['VS Code, older probe', '/v0/servers', '/v0.1/servers'],
    ['VS Code, base that has the version', '/v0.1/v0.1/servers', '/v0.1/servers'],
    ['VS Code, base that has the other version', '/v0.1/v0/servers', '/v0.1/servers'],
    ['VS Code, latest', '/v0.1/servers/io.x%2Fa/versions/latest', '/v0.1/servers/io.x%2Fa/versions/latest'],
    [
      'Copilot CLI, no version part',
      '/servers/io.x%2Fa/versions/latest',
      '/v0.1/servers/io.x%2Fa/versions/latest',
    ],
    ['Copilot CLI, below a registry', '/registry/dev/servers', '/registry/dev/v0.1/servers'],
    ['LangChain4j, removed route', '/v0/servers/io.x%2Fa', '/v0.1/servers/io.x%2Fa'],
    [
      'LangChain4j, plus in a version',
      '/v0.1/servers/a%2Fb/versions/1.0.0+b',
      '/v0.1/servers/a%2Fb/versions/1.0.0%2Bb',
    ],
    [
      'mcp-publisher, status',
      '/v0/servers/a%2Fb/versions/1.0.0/status',
      '/v0.1/servers/a%2Fb/versions/1.0.0/status',
    ],
    ['mcp-publisher, status of all', '/v0/servers/a%2Fb/status', '/v0.1/servers/a%2Fb/status'],
    ['mcp-publisher, login', '/v0/auth/github-at', '/v0.1/auth/github-at'],
    ['mcp-publisher, publish', '/v0/publish/', '/v0.1/publish'],
    ['thv, list', '/registry/dev/v0.1/servers', '/registry/dev/v0.1/servers'],
    ['thv, skills', '/registry/dev/v0.1/x/dev.toolhive/skills/', '/registry/dev/v0.1/x/dev.toolhive/skills'],
    [
      'thv, skill',
      '/registry/dev/v0.1/x/dev.toolhive/skills/ns/a',
      '/registry/dev/v0.1/x/dev.toolhive/skills/ns/a',
    ],
    [
      'thv, plugin version',
      '/v0/x/dev.toolhive/plugins/ns/a/versions/1%2B1',
      '/v0.1/x/dev.toolhive/plugins/ns/a/versions/1%2B1',
    ],
    [
      'skill as one segment',
      '/v0.1/x/dev.toolhive/skills/ns%2Fa/versions',
      '/v0.1/x/dev.toolhive/skills/ns/a/versions',
    ],
    ['nginx, decoded name', '/v0.1/servers/io.x/a', '/v0.1/servers/io.x%2Fa'],
    ['nginx, decoded name and versions', '/v0.1/servers/io.x/a/versions', '/v0.1/servers/io.x%2Fa/versions'],
    ['nginx, decoded name and status', '/v0.1/servers/io.x/a/status', '/v0.1/servers/io.x%2Fa/status'],
    [
      'nginx, a name that is a word of ours',
      '/servers/a/versions/versions/1.0',
      '/v0.1/servers/a%2Fversions/versions/1.0',
    ],
    ['nginx, a namespace that is a word of ours', '/servers/versions/a', '/v0.1/servers/versions%2Fa'],
    ['lower-case escape', '/v0.1/servers/a%2fb', '/v0.1/servers/a%2Fb'],
    ['encoded twice', '/v0.1/servers/a%252Fb/versions', '/v0.1/servers/a%2Fb/versions'],
    ['encoded twice, lower case', '/v0.1/servers/a%252fb', '/v0.1/servers/a%2Fb'],
    ['shorthand', '/v0.1/servers/a%2Fb/latest', '/v0.1/servers/a%2Fb/versions/latest'],
    ['shorthand with a raw slash', '/servers/a/b/latest/', '/v0.1/servers/a%2Fb/versions/latest'],
    ['a name without a slash', '/v0.1/servers/solo/versions', '/v0.1/servers/solo/versions'],
    ['older routes', '/api/v0/servers/a/b', '/api/v0/servers/a%2Fb'],
    ['older routes below a registry', '/registry/dev/api/v0/servers/', '/registry/dev/api/v0/servers'],
    ['older routes, information', '/api/v0/info/', '/api/v0/info'],
    ['running instances', '/api/v0/deployed/fetch', '/api/v0/deployed/fetch'],
    ['running instances, all', '/api/v0/deployed/', '/api/v0/deployed'],
    ['doubled and trailing slashes', '//v0.1///servers//', '/v0.1/servers'],
    ['registries', '/registry/', '/registry'],
    ['registries below the version', '/v0/registries', '/v0.1/registries'],
    [
      'registry names that need escapes',
      '/registry/my%20team%2fa/v0/ping',
      '/registry/my%20team%2Fa/v0.1/ping',
    ],
    ['a registry called like a version', '/registry/v0/v0/health', '/registry/v0/v0.1/health'],
    ['API description', '/registry/dev/openapi.yaml', '/registry/dev/openapi.yaml'],
    ['API description below the version', '/registry/dev/v0.1/openapi.json', '/registry/dev/openapi.json'],
    ['API description, longer path', '/registry/dev/v0/api/openapi.json', '/registry/dev/api/openapi.json'],
  ])('%s: %s', (_client, path, expected) => {
    expect(canonicalPath(path)).toBe(expected);
  });

  it.each([
    '/',
    '',
    '/health',
    '/health/',
    '/v1/entries//x',
    '/api/doc/index.html',
    '/api/openapi.json',
    '/openapi.yaml',
    '/.well-known/oauth-protected-resource/registry//a',
    '/v0.1',
    '/v0.1/',
    '/v0.1/unknown/',
    '/v0.1/ping/more',
    '/x/dev.toolhive/skills/',
    '/v0.1/x/com.example/skills/',
    '/v0.1/x/dev.toolhive/skills/only-namespace',
    '/v0.1/x/dev.toolhive/skills/..%2Fa',
    '/v0.1/servers/a/b/c',
    '/v0.1/servers/a%2Fb/versions/1/other',
    '/api/v0/info/more',
    '/registry/dev',
    '/v0/servers/%',
    '/v0/servers/%E0%A4%A',
    '/v0/../servers',
    '/v0/servers/%2e%2E',
    '/v0/servers/./',
  ])('leaves %j alone', (path) => {
    expect(canonicalPath(path)).toBe(path);
  });

  it('is idempotent', () => {
    const words =
      'registry v0.1 v0 servers api x dev.toolhive skills versions status latest deployed auth dev';
    const pieces = [
      ...words.split(' '),
      '',
      'a',
      'a%2Fb',
      'a%252fb',
      '%252525',
      '%2525252F',
      '%',
      '..',
      '+',
      '%2F',
    ];
    const segment = fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'grapheme', maxLength: 5 }));
    const composed = fc.array(segment, { maxLength: 3 }).map((parts) => parts.join(''));
    const starts = ['', '/registry/r', '/v0', '/v0/servers', '/v0/x/dev.toolhive/skills', '/api/v0/servers'];
    const paths = fc
      .tuple(fc.constantFrom(...starts), fc.array(composed, { maxLength: 8 }))
      .map(([start, segments]) => [start, ...segments].join('/'));
    fc.assert(
      fc.property(paths, (path) => {
        const once = canonicalPath(path);
        expect(canonicalPath(once)).toBe(once);
      }),
      { numRuns: 3000 },
    );
  });

  it('finds the same name in every spelling of it', () => {
    const part = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter(isNamePart);
    fc.assert(
      fc.property(part, part, (namespace, name) => {
        const encoded = encodeURIComponent(`${namespace}/${name}`);
        const raw = `${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
        for (const spelling of [encoded, raw, encodeURIComponent(encoded)]) {
          expect(canonicalPath(`/servers/${spelling}/versions`)).toBe(`/v0.1/servers/${encoded}/versions`);
        }
      }),
    );
  });

  it('takes a time that grows with the length only', () => {
    const path = `/v0/servers/${'a/'.repeat(50_000)}${'%2'.repeat(50_000)}`;

    const started = performance.now();
    canonicalPath(path);
    canonicalPath('/'.repeat(200_000));

    expect(performance.now() - started).toBeLessThan(500);
  });
});

function isNamePart(text: string): boolean {
  return !/[/%]/.test(text) && text !== '.' && text !== '..';
}

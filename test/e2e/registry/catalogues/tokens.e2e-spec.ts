import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { useRegistry, type RegistryServer } from '../../../support/registry-server.js';
import { hasSharedData, sharedData } from '../../../support/shared-data.js';

const FIXTURE = fileURLToPath(new URL('../../../fixtures/registry/unusual-tokens.json', import.meta.url));
const META = ',"_meta":{"io.modelcontextprotocol.registry/official":';

/** A JSON text without its insignificant white space, found without reading the text as JSON. */
function compact(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
}

/** The document of a server's answer, as text. */
function documentOf(answer: string): string {
  expect(answer.startsWith('{"server":')).toBe(true);
  return answer.slice('{"server":'.length, answer.lastIndexOf(META));
}

function upstreamFile(path: () => string): RegistryServer {
  return useRegistry({
    config: () => ({
      sources: [{ name: 'file', format: 'upstream', file: { path: path() }, syncPolicy: { interval: '1h' } }],
      registries: [{ name: 'default', sources: ['file'] }],
    }),
  });
}

describe('documents of unusual tokens', () => {
  const registry = upstreamFile(() => FIXTURE);
  const text = compact(readFileSync(FIXTURE, 'utf8'));
  const [, server = '', skill = ''] = /"servers":\[(.*)\],"skills":\[(.*)\]\}\}$/.exec(text) ?? [];
  const route = '/v0.1/servers/com.example.tokens%2Funusual';

  it.each([
    route,
    `${route}/versions/latest`,
    `${route}/versions/1.0.0+build.7`,
    `${route}/versions/1.0.0%2Bbuild.7`,
    '/api/v0/servers/com.example.tokens%2Funusual',
    '/v0/servers/com.example.tokens/unusual',
  ])('%s serves the server token by token', async (path) => {
    const answer = await registry.get(path);

    expect([answer.status, documentOf(answer.text)]).toEqual([200, server]);
  });

  it.each(['/v0.1/servers', '/v0.1/servers?search=unusual', `${route}/versions`, '/servers?version=latest'])(
    '%s lists the server token by token',
    async (path) => {
      expect((await registry.get(path)).text).toContain(`{"servers":[{"server":${server}${META}`);
      const zipped = await registry.get(path, { 'accept-encoding': 'gzip' });
      expect(gunzipSync(zipped.body).toString()).toContain(server);
      const brotli = await registry.get(path, { 'accept-encoding': 'br' });
      expect(brotliDecompressSync(brotli.body).toString()).toContain(server);
    },
  );

  it('serves the skill token by token', async () => {
    const skills = '/v0.1/x/dev.toolhive/skills';

    expect((await registry.get(`${skills}/com.example.tokens/unusual-skill`)).text).toBe(skill);
    expect((await registry.get(skills)).text).toBe(`{"skills":[${skill}],"metadata":{"count":1}}`);
  });
});

describe.skipIf(!hasSharedData)('the upstream catalogue (needs the shared data)', () => {
  const registry = upstreamFile(() => sharedData('toolhive-catalog-upstream.json'));
  const file = () => readFileSync(sharedData('toolhive-catalog-upstream.json'), 'utf8');

  it('serves 111 servers, two of them deprecated, token by token', async () => {
    const text = file();
    const { data } = JSON.parse(text) as { data: { servers: { name: string }[] } };
    const answers = new Map<string, string>();
    for (const { name } of data.servers) {
      const answer = await registry.get(`/v0.1/servers/${encodeURIComponent(name)}/versions/latest`);
      answers.set(name, answer.text);
    }

    const documents = [...answers.values()].map(documentOf);
    // Not toContain: a difference in three megabytes is not worth printing.
    expect(compact(text).includes(`"servers":[${documents.join(',')}]`)).toBe(true);
    const list = await registry.get('/v0.1/servers?limit=1000');
    const items = [...answers.keys()].sort().map((name) => answers.get(name));
    expect(list.text === `{"servers":[${items.join(',')}],"metadata":{"count":111}}`).toBe(true);
    expect((await registry.list('/v0.1/servers?status=deprecated')).metadata.count).toBe(2);
  });

  it('serves 222 skills token by token', async () => {
    const text = file();
    const { data } = JSON.parse(text) as { data: { skills: { namespace: string; name: string }[] } };
    const route = '/v0.1/x/dev.toolhive/skills';
    const answers = new Map<string, string>();
    for (const { namespace, name } of data.skills) {
      answers.set(`${namespace}/${name}`, (await registry.get(`${route}/${namespace}/${name}`)).text);
    }

    expect(answers.size).toBe(222);
    expect(compact(text).includes(`"skills":[${[...answers.values()].join(',')}]`)).toBe(true);
    const items = [...answers.keys()].sort().map((name) => answers.get(name));
    const list = await registry.get(`${route}?limit=1000`);
    expect(list.text === `{"skills":[${items.join(',')}],"metadata":{"count":222}}`).toBe(true);
  });
});

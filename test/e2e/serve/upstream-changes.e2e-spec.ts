import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiBench, apiSource } from '../../support/api-sources.js';
import { registryFileOf } from '../../support/documents.js';
import { RegistryServer } from '../../support/registry-server.js';

describe('an instance whose upstream is another instance, two hops from the source', () => {
  const directory = mkdtempSync(join(tmpdir(), 'upstream-changes-'));
  const path = join(directory, 'registry.json');
  const [first, second] = [new RegistryServer(), new RegistryServer()];
  const bench = new ApiBench();

  const registryOf = (source: object) => ({
    sources: [{ name: 'one', ...source, syncPolicy: { interval: '1s', allowMassRemoval: true } }],
    registries: [{ name: 'default', sources: ['one'] }],
  });
  const publish = (...names: string[]) => writeFileSync(path, registryFileOf(...names));
  const listed = async (server: RegistryServer) => {
    const answer = await server.get('/v0.1/servers?limit=1000');
    if (answer.status !== 200) return undefined;
    const { servers } = answer.json<{ servers: { server: { name: string } }[] }>();
    return servers.map((item) => item.server.name).join();
  };

  beforeAll(async () => {
    await bench.open();
    publish('a/a', 'b/b');
    await first.start({ config: () => registryOf({ file: { path } }) });
    await second.start({ config: () => registryOf({ api: { endpoint: first.url } }) });
  });

  afterAll(async () => {
    await Promise.all([first.close(), second.close(), bench.upstream.close()]);
    rmSync(directory, { recursive: true });
  });

  it('is asked for changes only, shows what left as deleted, and comes to rest', async () => {
    const source = apiSource(second.url);
    const everything = await bench.round(undefined, source);
    expect(everything).toMatchObject({ scope: 'everything', names: ['a/a 1.0.0', 'b/b 1.0.0'] });
    const { revision } = everything;
    expect(await bench.round(revision, source)).toMatchObject({ scope: 'nothing', revision });

    publish('b/b', 'c/c');
    await second.until(async () => (await listed(second)) === 'b/b,c/c');
    const changes = await bench.round(revision, source);

    expect(changes).toMatchObject({
      scope: 'changes',
      names: ['a/a 1.0.0 deleted', 'b/b 1.0.0', 'c/c 1.0.0'],
    });
    expect(await bench.round(changes.revision, source)).toMatchObject({ scope: 'nothing' });
  });
});

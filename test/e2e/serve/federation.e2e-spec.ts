import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArray, readObject } from '../../../src/common/json-text.js';
import { inlineSource, RegistryServer, useRegistry } from '../../support/registry-server.js';

const SAMPLE = readFileSync(new URL('../../../config/registry-sample.json', import.meta.url), 'utf8');
const LISTS = ['servers', 'x/dev.toolhive/skills', 'x/dev.toolhive/plugins'] as const;

/** A source that reads the registry at an address again and again. */
function apiSource(name: string, endpoint: string) {
  return { name, api: { endpoint }, syncPolicy: { interval: '1s', allowMassRemoval: true } };
}

/** A configuration whose one registry has these sources. */
function registryOf(...sources: readonly { readonly name: string }[]): object {
  return { sources, registries: [{ name: 'default', sources: sources.map(({ name }) => name) }] };
}

/** The items of a list as raw texts, without what each instance says about them itself. */
async function documents(server: RegistryServer, list: (typeof LISTS)[number]): Promise<string[]> {
  const { text } = await server.get(`/v0.1/${list}?limit=1000`);
  const items = readArray(readObject(text).get(list.replace(/^.*\//, '')) ?? '[]');
  return items.map((item) => (list === 'servers' ? (readObject(item).get('server') ?? '') : item));
}

/** The facts of the official block that an instance takes over from the one before it. */
async function facts(server: RegistryServer): Promise<unknown[]> {
  const { servers } = await server.list('/v0.1/servers?limit=1000');
  return servers.map(({ server: { name, version }, _meta }) => {
    const { status, statusMessage, publishedAt, isLatest } =
      _meta['io.modelcontextprotocol.registry/official'];
    return [name, version, status, statusMessage, publishedAt, isLatest];
  });
}

describe('a chain of instances', () => {
  const first = useRegistry({
    config: () => registryOf({ name: 'sample', ...inlineSource('sample', SAMPLE) }),
  });
  const second = useRegistry({ config: () => registryOf(apiSource('one-hop', first.url)) });
  const third = useRegistry({ config: () => registryOf(apiSource('two-hops', `${second.url}/v0.1/`)) });

  it.each(LISTS)('hands down %s token by token', async (list) => {
    const original = await documents(first, list);

    expect(original.length).toBeGreaterThan(0);
    expect(await documents(second, list)).toEqual(original);
    expect(await documents(third, list)).toEqual(original);
  });

  it('hands down status and times, and each instance names its own source', async () => {
    expect(await facts(third)).toEqual(await facts(first));

    const { servers } = await third.list('/v0.1/servers?limit=1000');
    expect(new Set(servers.map(({ _meta }) => _meta['dev.toolhive.registry'].source))).toEqual(
      new Set(['two-hops']),
    );
  });
});

describe('two instances that read each other', () => {
  const left = new RegistryServer();
  const right = new RegistryServer();
  let relay: Server;

  beforeAll(async () => {
    const own = (name: string) => ({
      servers: [{ name: `${name}/own`, version: '1.0.0', description: `What ${name} has` }],
    });
    const both = (name: string, other: string) => () =>
      registryOf({ name: 'own', ...inlineSource('own', own(name)) }, apiSource('other', other));
    // The left one is told an address before the right one has its own: a relay leads there.
    relay = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      if (right.url === '') return socket.destroy();
      const onward = connect(Number(new URL(right.url).port), '127.0.0.1');
      onward.on('error', () => socket.destroy());
      socket.pipe(onward).pipe(socket);
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    const { port } = relay.address() as AddressInfo;
    await left.start({ config: both('left', `http://127.0.0.1:${port}`), isReady: false });
    await right.start({ config: both('right', left.url), isReady: false });
  });

  afterAll(async () => {
    relay.close();
    await Promise.all([left.close(), right.close()]);
  });

  it('come to rest with the same entries, none of them twice', async () => {
    const names = async (server: RegistryServer) => {
      const answer = await server.get('/v0.1/servers?limit=1000');
      if (answer.status !== 200) return [];
      return answer
        .json<{ servers: { server: { name: string } }[] }>()
        .servers.map((item) => item.server.name);
    };
    await left.until(async () => (await names(left)).length === 2 && (await names(right)).length === 2);
    const revisions = async () => {
      const bodies = await Promise.all([left, right].map((server) => server.get('/v0.1/servers?limit=1000')));
      return bodies.map(({ text }) => text);
    };
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const before = await revisions();

    // Several rounds of each.
    await new Promise((resolve) => setTimeout(resolve, 4_000));

    expect(await revisions()).toEqual(before);
    expect(await names(left)).toEqual(['left/own', 'right/own']);
    expect(await names(right)).toEqual(['left/own', 'right/own']);
  });
});

import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hasSharedData, sharedData } from '../../test/support/shared-data.js';
import { serverToToolHive } from './server-to-toolhive.js';
import type { ToolHiveSection } from './toolhive-format.js';
import { toolHiveToServer } from './toolhive-to-server.js';

type Entry = Record<string, unknown>;

/** There and back again, and what that may change by the rules of the conversion. */
function thereAndBack(section: ToolHiveSection, key: string, entry: Entry) {
  const { name, document } = toolHiveToServer({ section, key, text: JSON.stringify(entry) });
  const back = serverToToolHive(document);
  return { name, section: back?.section, entry: JSON.parse(back?.entry ?? 'null') as Entry };
}

function withKnownLosses(section: ToolHiveSection, name: string, entry: Entry): Entry {
  const transport = entry['transport'] || (section === 'servers' ? 'stdio' : 'sse');
  const metadata = withoutMembers((entry['metadata'] ?? {}) as Entry, (key, value) => {
    return key === 'pulls' || (key === 'stars' && value === 0);
  });
  const expected = {
    ...entry,
    name,
    transport,
    metadata,
    status: entry['status'] || 'active',
    target_port: transport === 'stdio' ? 0 : entry['target_port'],
    env_vars: section === 'servers' ? settings(entry['env_vars']) : entry['env_vars'],
    headers: settings(entry['headers']),
  };
  const kept = withoutMembers(expected, (_, value) => isEmpty(value));
  return { tier: '', tools: null, ...kept };
}

function settings(value: unknown): unknown {
  const list = (value ?? []) as Entry[];
  return list.map((item) => ({
    description: '',
    required: false,
    ...withoutMembers(item, (_, member) => isEmpty(member)),
  }));
}

function isEmpty(value: unknown): boolean {
  return (
    ['', 0, false, null, undefined].includes(value as never) || ['[]', '{}'].includes(JSON.stringify(value))
  );
}

function withoutMembers(value: Entry, isDropped: (key: string, member: unknown) => boolean): Entry {
  return Object.fromEntries(Object.entries(value).filter(([key, member]) => !isDropped(key, member)));
}

const text = fc.string({ unit: 'binary', maxLength: 12 });
const visible = text.filter((value) => value.trim() !== '');
const texts = fc.array(text, { maxLength: 3 });
const port = fc.integer({ min: 0, max: 65_535 });
const anyObject = fc.dictionary(text, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }).map(plainJson);
const fullObject = anyObject.filter((value) => Object.keys(value).length > 0);
const variable = fc.record(
  { name: visible, description: text, required: fc.boolean(), secret: fc.boolean(), default: text },
  { requiredKeys: ['name'] },
);
const header = fc.record(
  {
    name: visible,
    description: text,
    required: fc.boolean(),
    secret: fc.boolean(),
    default: text,
    choices: texts,
  },
  { requiredKeys: ['name'] },
);
const metadata = fc.record({ stars: fc.nat(), pulls: fc.nat(), last_updated: text }, { requiredKeys: [] });
const common = {
  name: text,
  title: text,
  description: visible,
  tier: fc.constantFrom('', 'Official', 'Community'),
  status: fc.constantFrom('', 'Active', 'Deprecated'),
  tools: texts,
  tags: texts,
  overview: text,
  tool_definitions: fc.array(anyObject, { maxLength: 2 }),
  metadata,
  custom_metadata: anyObject,
  repository_url: text,
  proxy_port: port,
  stateless: fc.boolean(),
};
const image = fc.record(
  {
    ...common,
    transport: fc.constantFrom('', 'stdio', 'sse', 'streamable-http'),
    image: visible,
    target_port: port,
    permissions: fullObject,
    env_vars: fc.array(variable, { maxLength: 3 }),
    args: texts,
    docker_tags: texts,
    provenance: fullObject,
  },
  { requiredKeys: ['description', 'image'] },
);
const remote = fc.record(
  {
    ...common,
    transport: fc.constantFrom('', 'sse', 'streamable-http'),
    url: visible,
    headers: fc.array(header, { maxLength: 3 }),
    oauth_config: fullObject,
    env_vars: fc.array(variable, { maxLength: 3 }),
  },
  { requiredKeys: ['description', 'url'] },
);

/** As a JSON text holds it: no -0, and members with any name. */
function plainJson(value: Entry): Entry {
  return JSON.parse(JSON.stringify(value)) as Entry;
}

describe('conversion there and back', () => {
  it.each([
    ['servers', image],
    ['remote_servers', remote],
  ] as const)('loses only what the rules say (%s)', (section, entries: fc.Arbitrary<Entry>) => {
    fc.assert(
      fc.property(entries, visible, (raw, key) => {
        const entry = plainJson(raw);

        const back = thereAndBack(section, key, entry);

        expect(back.section).toBe(section);
        expect(back.entry).toEqual(withKnownLosses(section, back.name, entry));
      }),
    );
  });

  it.each([
    ['servers', image],
    ['remote_servers', remote],
  ] as const)('is stable from the second time on (%s)', (section, entries: fc.Arbitrary<Entry>) => {
    fc.assert(
      fc.property(entries, (entry) => {
        const first = toolHiveToServer({ section, key: 'dice', text: JSON.stringify(entry) });
        const back = serverToToolHive(first.document);

        const second = toolHiveToServer({ section, key: 'other', text: back?.entry ?? '' });

        expect(second).toEqual(first);
      }),
    );
  });
});

describe.skipIf(!hasSharedData)('the real registry', () => {
  function entriesOf(file: string): [ToolHiveSection, string, Entry][] {
    const registry = JSON.parse(readFileSync(sharedData(file), 'utf8')) as Record<
      ToolHiveSection,
      Record<string, Entry>
    >;
    return (['servers', 'remote_servers'] as const).flatMap((section) =>
      Object.entries(registry[section]).map(([key, entry]): [ToolHiveSection, string, Entry] => [
        section,
        key,
        entry,
      ]),
    );
  }

  it('converts there and back', () => {
    const entries = entriesOf('toolhive-registry.json');

    for (const [section, key, entry] of entries) {
      const back = thereAndBack(section, key, entry);

      expect(back.name).toBe(`io.github.stacklok/${key}`);
      expect(back.section).toBe(section);
      expect(back.entry).toEqual(withKnownLosses(section, back.name, entry));
    }
    expect(entries).toHaveLength(102);
  });

  it('gives an entry for every server of the standard catalogue', () => {
    const file = JSON.parse(readFileSync(sharedData('toolhive-catalog-upstream.json'), 'utf8')) as {
      data: { servers: { name: string; remotes?: unknown[] }[] };
    };

    for (const server of file.data.servers) {
      const converted = serverToToolHive(JSON.stringify(server));

      expect(converted?.name).toBe(server.name);
      expect(converted?.section).toBe(server.remotes === undefined ? 'servers' : 'remote_servers');
      expect(JSON.parse(converted?.entry ?? '')).toMatchObject({ tools: expect.any(Array) as unknown });
    }
    expect(file.data.servers.length).toBeGreaterThan(0);
  });
});

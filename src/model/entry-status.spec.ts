import { describe, expect, it } from 'vitest';
import { statusOf } from './entry-status.js';
import type { EntryKind } from './entry.js';

const extended = (...statuses: unknown[]) => ({
  _meta: {
    'io.modelcontextprotocol.registry/publisher-provided': {
      'io.github.stacklok': Object.fromEntries(statuses.map((status, index) => [`k${index}`, { status }])),
    },
  },
});

describe('statusOf', () => {
  it.each<[string, EntryKind, unknown, unknown, string]>([
    ['nothing said', 'server', {}, undefined, 'active'],
    [
      'the registry before all others',
      'server',
      { status: 'active', ...extended('active') },
      'deleted',
      'deleted',
    ],
    [
      'the document before the extension',
      'server',
      { status: 'deprecated', ...extended('active') },
      undefined,
      'deprecated',
    ],
    ['the extension', 'server', extended('Deprecated'), undefined, 'deprecated'],
    [
      'the first extension that knows',
      'server',
      extended('Beta', 7, 'Deprecated', 'Active'),
      undefined,
      'deprecated',
    ],
    ['any letter case', 'skill', { status: 'ARCHIVED' }, undefined, 'archived'],
    ['an unknown word falls through', 'server', { status: 'deprecated' }, 'yanked', 'deprecated'],
    ['a wrong type falls through', 'server', { status: 'deprecated' }, { a: 1 }, 'deprecated'],
    [
      'no server is archived',
      'server',
      { status: 'archived', ...extended('deprecated') },
      undefined,
      'deprecated',
    ],
    ['a plugin may be archived', 'plugin', { status: 'archived' }, undefined, 'archived'],
    [
      'broken extensions',
      'server',
      { _meta: { 'io.modelcontextprotocol.registry/publisher-provided': [] } },
      undefined,
      'active',
    ],
    ['members of every object', 'server', { status: '__proto__' }, 'constructor', 'active'],
  ])('%s', (_, kind, document, registryStatus, expected) => {
    expect(statusOf(kind, document, registryStatus)).toBe(expected);
  });
});

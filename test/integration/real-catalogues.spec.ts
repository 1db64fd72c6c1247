import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compactJson } from '../../src/common/json-compact.js';
import { readArray, readObject } from '../../src/common/json-text.js';
import type { EntryKind, RegistryContent } from '../../src/model/entry.js';
import { readRegistry } from '../../src/model/registry-reader.js';
import { hasSharedData, sharedData } from '../support/shared-data.js';

const TOOLHIVE_FILE = 'toolhive-registry.json';
const UPSTREAM_FILE = 'toolhive-catalog-upstream.json';

describe.skipIf(!hasSharedData)('real catalogues (needs the shared data)', () => {
  it('reads the ToolHive registry without losing a server', () => {
    const text = readFileSync(sharedData(TOOLHIVE_FILE), 'utf8');

    const content = readRegistry(text, { format: 'toolhive' });

    expect(content.refused).toEqual([]);
    expect(content.documents).toHaveLength(102);
    expect(content.documents.filter(({ status }) => status === 'deprecated')).toHaveLength(1);
    expect(content.lastUpdated).toMatch(/^\d{4}-\d\d-\d\dT/);
    const entries = [...members(text, 'servers'), ...members(text, 'remote_servers')];
    expect(content.documents.map(({ sourceKey, original }) => [sourceKey, original])).toEqual(entries);
    for (const { facets } of content.documents) {
      expect(facets.transports).toHaveLength(1);
      expect(facets.tools).not.toEqual([]);
    }
  });

  it('keeps every document of the upstream catalogue token by token', () => {
    const text = readFileSync(sharedData(UPSTREAM_FILE), 'utf8');

    const content = readRegistry(text, { format: 'upstream' });

    expect(content.refused).toEqual([]);
    const deprecated = ofKind(content, 'server').filter(({ status }) => status === 'deprecated');
    expect(deprecated).toHaveLength(2);
    expect(ofKind(content, 'server').map(({ document }) => document)).toEqual(compactItems(text, 'servers'));
    expect(ofKind(content, 'skill').map(({ document }) => document)).toEqual(compactItems(text, 'skills'));
    expect(ofKind(content, 'server')).toHaveLength(111);
    expect(ofKind(content, 'skill')).toHaveLength(222);
  });
});

function ofKind(content: RegistryContent, kind: EntryKind): RegistryContent['documents'] {
  return content.documents.filter((document) => document.kind === kind);
}

/** One member of a file as compact text, found without the code under test. */
function compactMember(text: string, key: string): string | undefined {
  return readObject(compactJson(text, { start: 0, end: text.trimEnd().length }).text).get(key);
}

function compactItems(text: string, list: string): readonly string[] {
  const data = readObject(compactMember(text, 'data') ?? '{}');
  return readArray(data.get(list) ?? '[]');
}

function members(text: string, section: string): readonly (readonly [string, string])[] {
  return [...readObject(compactMember(text, section) ?? '{}')];
}

import { describe, expect, it } from 'vitest';
import { itemFingerprint } from './item-fingerprint.js';

const OFFICIAL = 'io.modelcontextprotocol.registry/official';

function fingerprint(item: unknown): string {
  const text = typeof item === 'string' ? item : JSON.stringify(item);
  return itemFingerprint(text, { start: 0, end: text.length });
}

function listed(official: object, more: object = {}): object {
  return { server: { name: 'a/a' }, _meta: { [OFFICIAL]: official, ...more } };
}

describe('what counts as the content of an item', () => {
  const plain = listed({ status: 'active', publishedAt: '2025-01-01T00:00:00Z' });

  it.each([
    ['white space', JSON.stringify(plain, null, 2)],
    [
      'the time of an update',
      listed({ status: 'active', publishedAt: '2025-01-01T00:00:00Z', updatedAt: 'x' }),
    ],
    [
      'the mark of the latest',
      listed({ isLatest: true, publishedAt: '2025-01-01T00:00:00Z', status: 'active' }),
    ],
    [
      "this server's own member",
      listed(
        { status: 'active', publishedAt: '2025-01-01T00:00:00Z' },
        { 'dev.toolhive.registry': { source: 'x', revision: 7 } },
      ),
    ],
  ])('is not %s', (_what, other) => {
    expect(fingerprint(other)).toBe(fingerprint(plain));
  });

  it.each([
    ['status', listed({ status: 'deleted', publishedAt: '2025-01-01T00:00:00Z' })],
    ['message', listed({ status: 'active', publishedAt: '2025-01-01T00:00:00Z', statusMessage: 'x' })],
    ['publication', listed({ status: 'active', publishedAt: '2025-01-02T00:00:00Z' })],
    [
      'change of status',
      listed({ status: 'active', publishedAt: '2025-01-01T00:00:00Z', statusChangedAt: 'x' }),
    ],
    ['addition of others', listed({ status: 'active', publishedAt: '2025-01-01T00:00:00Z' }, { 'a.b/c': 1 })],
    ['missing block', { server: { name: 'a/a' } }],
  ])('is its %s', (_what, other) => {
    expect(fingerprint(other)).not.toBe(fingerprint(plain));
  });

  it('is its document, token by token', () => {
    const spellings = ['1', '1.0', '1e0', '9223372036854775807', '9223372036854775806'];

    const names = spellings.map((number) => fingerprint(`{"server":{"x":${number}},"_meta":{}}`));

    expect(new Set(names).size).toBe(spellings.length);
  });

  it('is all of a bare document, its own _meta included', () => {
    const bare = (updatedAt: string) => ({ name: 'a/a', _meta: { [OFFICIAL]: { updatedAt } } });

    expect(fingerprint(bare('x'))).not.toBe(fingerprint(bare('y')));
  });

  it.each([
    '"text"',
    'null',
    '[]',
    '{}',
    '{"server":{},"_meta":null}',
    `{"server":{},"_meta":{"${OFFICIAL}":7}}`,
  ])('can be told of %s', (item) => {
    expect(fingerprint(item)).toHaveLength(44);
  });
});

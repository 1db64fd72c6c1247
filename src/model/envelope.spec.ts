import { describe, expect, it } from 'vitest';
import { foreignMeta, OFFICIAL_META, officialFacts, openEnvelope } from './envelope.js';

const official = (block: unknown) => ({ [OFFICIAL_META]: block });

describe('officialFacts', () => {
  it('reads status, message and times', () => {
    const facts = officialFacts(
      official({
        status: 'deprecated',
        statusMessage: 'use the other one',
        publishedAt: '2025-10-07T11:52:39.123456Z',
        statusChangedAt: '2026-01-02T00:00:00+01:00',
        updatedAt: '2026-03-01T00:00:00Z',
        isLatest: true,
      }),
    );
    expect(facts).toEqual({
      status: 'deprecated',
      statusMessage: 'use the other one',
      publishedAt: new Date('2025-10-07T11:52:39.123Z'),
      statusChangedAt: new Date('2026-01-01T23:00:00Z'),
    });
  });

  it('reads the publication time of records in snake case', () => {
    expect(officialFacts(undefined, official({ id: 'x', published_at: '2025-07-09T00:00:00Z' }))).toEqual({
      publishedAt: new Date('2025-07-09T00:00:00Z'),
    });
  });

  it('lets the first of several win fact by fact', () => {
    const outer = official({ publishedAt: '2026-01-01T00:00:00Z' });
    const inner = official({ publishedAt: '2025-01-01T00:00:00Z', statusMessage: 'old' });
    expect(officialFacts(outer, inner)).toEqual({
      publishedAt: new Date('2026-01-01T00:00:00Z'),
      statusMessage: 'old',
    });
  });

  it('cuts a message after 500 characters', () => {
    expect(officialFacts(official({ statusMessage: 'x'.repeat(501) })).statusMessage).toBe('x'.repeat(500));
  });

  it.each([
    undefined,
    null,
    'text',
    [],
    official(null),
    official('active'),
    official({ status: 1, statusMessage: {}, publishedAt: 5, statusChangedAt: 'soon' }),
    official({ publishedAt: '0001-01-01T00:00:00Z', statusMessage: '' }),
  ])('finds nothing in %j', (meta) => {
    expect(officialFacts(meta)).toEqual({});
  });
});

describe('foreignMeta', () => {
  it('keeps what others added, token by token', () => {
    const meta = `{"x-ms-icon":"a\\u0062","${OFFICIAL_META}":{"status":"active"},"9":1.0,"dev.toolhive.registry":{},"1":1e400}`;
    expect(foreignMeta(meta)).toBe('{"x-ms-icon":"a\\u0062","9":1.0,"1":1e400}');
  });

  it.each([`{"${OFFICIAL_META}":{}}`, '{}', 'null', '[1]', '"x"'])('finds none in %s', (meta) => {
    expect(foreignMeta(meta)).toBeUndefined();
  });
});

describe('openEnvelope', () => {
  const open = (text: string) => openEnvelope(text, { start: 0, end: text.length });

  it('finds both parts and names repeated ones', () => {
    const text = '{"_meta":{},"server":{"a":1},"x":2,"server":{}}';
    expect(open(text)).toEqual({
      server: { start: 21, end: 28 },
      meta: { start: 9, end: 11 },
      repeated: ['server'],
    });
  });

  it.each(['{"name":"a/b","server":{}}', '{"version":"1"}', '[]', '7'])('sees none in %s', (text) => {
    expect(open(text)).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { checkJson } from '../common/json-syntax.js';
import { MAX_DOCUMENT_BYTES, readDocument, readItem } from './document-reader.js';
import type { EntryKind } from './entry.js';

const OFFICIAL = 'io.modelcontextprotocol.registry/official';
const SERVER = '"name":"a/b","description":"d","version":"1.0.0"';

const document = (text: string, kind: EntryKind = 'server') => readDocument(kind, text, checkJson(text));
const item = (text: string) => readItem('server', text, checkJson(text));

describe('readDocument', () => {
  it('keeps every token of the document', () => {
    const members =
      '"10":1,"2":[1.0,-0,1e400,9223372036854775807],"__proto__":{"title":"x"},"title":"\\u0041\\/\\ud83d\\ude00"';
    const spaced = `\n{ ${SERVER.replaceAll(',', ' ,\t')} ,\r\n ${members.replace('[', '[ ')} } `;

    expect(document(spaced)).toMatchObject({
      document: {
        kind: 'server',
        name: 'a/b',
        version: '1.0.0',
        document: `{${SERVER},${members}}`,
        status: 'active',
        facets: { title: 'A/\u{1F600}', description: 'd' },
      },
    });
  });

  it('names a skill by namespace and name', () => {
    const text = '{"namespace":"io.acme","name":"pdf","description":"d","version":"1","status":"ARCHIVED"}';
    const named = { kind: 'plugin', name: 'io.acme/pdf', version: '1', status: 'archived', document: text };
    expect(document(text, 'plugin')).toMatchObject({ document: named });
  });

  it('reads the block that records had inside before there were envelopes', () => {
    const meta = `{"${OFFICIAL}":{"published_at":"2025-07-09T10:00:00Z","is_latest":true}}`;
    expect(document(`{${SERVER},"status":"deprecated","_meta":${meta}}`)).toMatchObject({
      document: { status: 'deprecated', publishedAt: new Date('2025-07-09T10:00:00Z') },
    });
  });

  it('names what it refuses, with every reason', () => {
    expect(document('{"name":"a/b","version":"latest","title":1}')).toEqual({
      name: 'a/b',
      version: 'latest',
      problems: [
        { pointer: '/description', reason: 'is missing' },
        { pointer: '/version', reason: expect.stringContaining('latest') as string },
        { pointer: '/title', reason: 'must be a string' },
      ],
    });
  });

  it.each([`"n${'x'.repeat(300)}"`, '"a\\u0000b"', '"\\ud83d"', '7', 'null'])(
    'does not report the unfit name %s',
    (name) => {
      expect(document(`{"name":${name},"description":"d","version":"1"}`)).not.toHaveProperty('name');
    },
  );

  it('takes a document of up to 1 MiB in UTF-8', () => {
    const sized = (bytes: number) => {
      const rest = bytes - `{${SERVER},"x":"é"}`.length - 1;
      return `{${SERVER},"x":"é${'x'.repeat(rest)}"}`;
    };
    expect(document(sized(MAX_DOCUMENT_BYTES))).toHaveProperty('document');
    expect(document(sized(MAX_DOCUMENT_BYTES + 1))).toMatchObject({
      name: 'a/b',
      problems: [{ pointer: '', reason: 'is larger than 1048576 bytes' }],
    });
  });

  it('counts levels of nesting from the document on', () => {
    const nested = (levels: number) => `{${SERVER},"x":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    expect(document(nested(64))).toHaveProperty('document');
    expect(document(nested(65))).toHaveProperty('problems');
    expect(item(`{"server":${nested(64)}}`)).toHaveProperty('document');
    expect(item(`{"server":${nested(65)}}`)).toHaveProperty('problems');
  });
});

describe('readItem', () => {
  it('opens the envelope and keeps what others added to it', () => {
    const official = '{"status":"deprecated","statusMessage":"moved","publishedAt":"2026-01-01T00:00:00Z"}';
    const text = `{ "server": {${SERVER}}, "_meta": {"${OFFICIAL}":${official}, "x-ms-icon": "i", "n": 1.0} }`;
    expect(item(text)).toMatchObject({
      document: {
        document: `{${SERVER}}`,
        envelopeMeta: '{"x-ms-icon":"i","n":1.0}',
        status: 'deprecated',
        statusMessage: 'moved',
        publishedAt: new Date('2026-01-01T00:00:00Z'),
      },
    });
  });

  it.each(['', ',"_meta":null', ',"_meta":{}', ',"_meta":"x"', `,"_meta":{"${OFFICIAL}":{"status":"odd"}}`])(
    'needs nothing of the envelope: %s',
    (meta) => {
      const reading = item(`{"server":{${SERVER}}${meta}}`);
      expect(reading).toMatchObject({ document: { name: 'a/b', status: 'active' } });
      expect(reading).not.toHaveProperty('document.envelopeMeta');
    },
  );

  it.each([
    ['{"server":null}', ['/server']],
    ['{"server":{"name":"a/b","description":"","version":"1"}}', ['/server/description']],
    [`{"server":{${SERVER}},"_meta":{"x":"\\u0000"}}`, ['/_meta/x']],
    [`{"server":{${SERVER}},"server":{${SERVER}}}`, ['/server']],
    [
      `{"server":{${SERVER}},"_meta":{"x":1,"x":2,"y":"${'y'.repeat(MAX_DOCUMENT_BYTES)}"}}`,
      ['/_meta/x', '/_meta'],
    ],
    ['[]', ['']],
  ])('points into the envelope: %.60s', (text, pointers) => {
    const reading = item(text);
    expect('problems' in reading && reading.problems.map(({ pointer }) => pointer)).toEqual(pointers);
  });
});

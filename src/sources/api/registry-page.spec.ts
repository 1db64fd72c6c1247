import { describe, expect, it } from 'vitest';
import { readPage } from './registry-page.js';

describe('a page of a registry', () => {
  it.each([
    ['{"servers":[{},1],"metadata":{"nextCursor":"a\\u0000/+","count":"x"}}', 2, 'a\0/+'],
    ['{"servers":[],"metadata":{"next_cursor":"b"}}', 0, 'b'],
    ['{"servers":null,"metadata":{}}', 0, undefined],
    ['{"servers":[]}', 0, undefined],
    ['{"servers":[],"metadata":null}', 0, undefined],
    ['{"servers":[],"metadata":{"nextCursor":null}}', 0, undefined],
    ['{"servers":[],"metadata":{"nextCursor":""}}', 0, undefined],
  ])('is read from %s', (text, count, nextCursor) => {
    const page = readPage(text, 'servers');

    expect([page.items.length, page.nextCursor]).toEqual([count, nextCursor]);
  });

  it.each([
    ['', /not valid JSON/],
    ['<html>', /not valid JSON/],
    ['{"servers":[', /not valid JSON/],
    ['[]', /no list "servers"/],
    ['null', /no list "servers"/],
    ['{"servers":{}}', /no list "servers"/],
    ['{"servers":null}', /no list "servers"/],
    ['{"skills":[]}', /no list "servers"/],
    ['{"servers":[],"metadata":{"nextCursor":1}}', /cursor is not a text/],
    ['{"servers":[],"metadata":{"nextCursor":"\\ud800"}}', /not Unicode/],
    [JSON.stringify({ servers: [], metadata: { nextCursor: 'x'.repeat(4097) } }), /longer than 4096/],
  ])('is not %s', (text, reason) => {
    expect(() => readPage(text, 'servers')).toThrow(
      expect.objectContaining({ code: 'invalid-source-data', message: expect.stringMatching(reason) }),
    );
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fetched } from '../../src/sources/source-provider.js';
import { FileProvider } from '../../src/sources/file/file.provider.js';
import { fileSource, type FileSource } from '../support/documents.js';
import {
  neverEnds,
  redirects,
  replies,
  repliesWithTag,
  staysSilent,
  UpstreamHttp,
} from '../support/upstream-http.js';
import { describeSourceProvider } from './source-provider.contract.js';

const provider = new FileProvider();

function urlSource(url: string, changes: Partial<FileSource['file']> = {}): FileSource {
  const { file, ...source } = fileSource({ data: '' });
  const { maxSize, timeoutMs } = file;
  return { ...source, file: { url, maxSize, timeoutMs, ...changes } };
}

describeSourceProvider('file behind an address', async () => {
  const upstream = await UpstreamHttp.start();
  return {
    provider,
    source: (maxSize) => urlSource(upstream.url('/registry.json'), maxSize === undefined ? {} : { maxSize }),
    publish: async (content) => void upstream.on('/registry.json', replies(200, content)),
    publishZeros: async (bytes) => void upstream.on('/registry.json', neverEnds({ 'content-length': bytes })),
    remove: async () => void upstream.on('/registry.json', replies(404)),
    files: async () => [],
    close: () => upstream.close(),
  };
});

describe('a file behind an address', () => {
  let upstream: UpstreamHttp;

  beforeEach(async () => {
    upstream = await UpstreamHttp.start();
  });

  afterEach(() => upstream.close());

  function fetchIt(url: string, knownRevision?: string, changes = {}): Promise<Fetched> {
    const context = {
      signal: AbortSignal.timeout(10_000),
      ...(knownRevision !== undefined && { knownRevision }),
    };
    return provider.fetch(urlSource(url, changes), context);
  }

  const revisionOf = ({ ...fetched }: Fetched) => ('revision' in fetched ? fetched.revision : '');

  it.each(['"strong"', 'W/"weak"'])('that did not change is not sent again under the tag %s', async (tag) => {
    const url = upstream.on(
      '/r.json',
      repliesWithTag(
        () => '[]',
        () => tag,
      ),
    );
    const revision = revisionOf(await fetchIt(url));

    expect(await fetchIt(url, revision)).toEqual({ changed: false, revision });

    expect(upstream.received.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, tag]);
  });

  it('is asked for by its date when it has no tag', async () => {
    const date = 'Wed, 21 Oct 2015 07:28:00 GMT';
    const url = upstream.on('/r.json', (request, response) => {
      const isKnown = request.headers['if-modified-since'] === date;
      response.writeHead(isKnown ? 304 : 200, { 'last-modified': date }).end(isKnown ? '' : '[]');
    });
    const revision = revisionOf(await fetchIt(url));

    expect(await fetchIt(url, revision)).toEqual({ changed: false, revision });
  });

  it('is nothing new under another tag as long as its content is the same, and new with another', async () => {
    let text = '[]';
    let tag = '"1"';
    const url = upstream.on(
      '/r.json',
      repliesWithTag(
        () => text,
        () => tag,
      ),
    );
    const revision = revisionOf(await fetchIt(url));

    tag = '"2"';
    expect(await fetchIt(url, revision)).toMatchObject({ changed: false });
    text = '[1]';
    expect(await fetchIt(url, revision)).toMatchObject({ changed: true, files: [{ text: '[1]' }] });
  });

  it('is not mixed up with the one behind another address', async () => {
    const one = upstream.on(
      '/one.json',
      repliesWithTag(
        () => '["one"]',
        () => '"same"',
      ),
    );
    const two = upstream.on(
      '/two.json',
      repliesWithTag(
        () => '["two"]',
        () => '"same"',
      ),
    );
    const revision = revisionOf(await fetchIt(one));

    expect(await fetchIt(two, revision)).toMatchObject({ changed: true, files: [{ text: '["two"]' }] });
  });

  it('that answers 304 to a question that was none has failed', async () => {
    await expect(fetchIt(upstream.on('/r.json', replies(304)))).rejects.toMatchObject({
      code: 'upstream-failed',
    });
  });

  it.each([
    [401, 'upstream-unauthorized'],
    [403, 'upstream-forbidden'],
    [404, 'upstream-not-found'],
    [410, 'upstream-failed'],
    [429, 'upstream-failed'],
    [500, 'upstream-failed'],
    [204, 'upstream-failed'],
  ])('with status %i has failed with %s', async (status, code) => {
    const url = upstream.on('/r.json', replies(status, status === 204 ? '' : 'no'));

    const error: Error = await fetchIt(`${url}?token=hidden`).then(
      () => new Error('succeeded'),
      (failure) => failure,
    );

    expect(error).toMatchObject({ code, message: expect.stringContaining(String(status)) });
    expect(error.message).not.toContain('hidden');
  });

  it('is waited for as long as configured', async () => {
    const url = upstream.on('/r.json', staysSilent());

    await expect(fetchIt(url, undefined, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'time-limit-exceeded',
    });
  });

  it('is followed to where it is now, and found by its tag there', async () => {
    upstream.on(
      '/new.json',
      repliesWithTag(
        () => '[]',
        () => '"n"',
      ),
    );
    const url = upstream.on('/old.json', redirects('/new.json'));
    const revision = revisionOf(await fetchIt(url));

    expect(await fetchIt(url, revision)).toEqual({ changed: false, revision });
  });

  it.each([
    ['/r.yaml', 'text/plain', '{servers: []}'],
    ['/r', 'application/yaml', '{servers: []}'],
    ['/r', 'text/plain', 'servers: []'],
    ['/r.json', 'application/json', '{"servers":[]}'],
  ])('at %s of type %s may be %j', async (path, type, content) => {
    const url = upstream.on(path, replies(200, content, { 'content-type': type }));

    expect(await fetchIt(`${url}?v=1`)).toMatchObject({
      bytes: content.length,
      files: [{ origin: url, text: '{"servers":[]}' }],
    });
  });

  it('is not watched', () => {
    expect(provider.watch(urlSource('http://127.0.0.1/'), () => {})).toBeUndefined();
  });
});

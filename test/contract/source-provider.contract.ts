import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SourceConfig } from '../../src/config/registry-config.js';
import type {
  Fetched,
  FetchedFile,
  FetchedFiles,
  FetchedNothing,
  FetchContext,
  SourceProvider,
} from '../../src/sources/source-provider.js';
import { readRegistry } from '../../src/model/registry-reader.js';
import { registryFileOf } from '../support/documents.js';

/** One upstream of the kind under test, and the source that reads it. */
export interface ProviderSubject<Kind extends SourceConfig['kind']> {
  readonly provider: SourceProvider<Kind>;
  /** The source as configured, with another limit when one is given. */
  readonly source: (maxSize?: number) => SourceConfig & { readonly kind: Kind };
  /** Makes the upstream hold exactly these bytes. */
  readonly publish: (content: string | Uint8Array) => Promise<void>;
  /** Makes the upstream hold `bytes` zeros, at no cost; absent where a kind cannot do that. */
  readonly publishZeros?: (bytes: number) => Promise<void>;
  /** Takes what was published away; absent where a kind always has something. */
  readonly remove?: () => Promise<void>;
  /** True for a kind that looks into what it fetches, so that only a registry arrives. */
  readonly isChoosy?: boolean;
  /** True for a kind that writes its registry file itself, of entries that have no text of their own upstream. */
  readonly isComposed?: boolean;
  /** Every file of the provider's surroundings, so that one left behind is seen. */
  readonly files: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

/** What a fetch brought, once all of it is here. */
type Collected = FetchedFiles | FetchedNothing;

const LIMIT = 100 * 1024 * 1024;

/** What every provider owes the rounds that use it. `open` makes a subject of its own for each test. */
export function describeSourceProvider<Kind extends SourceConfig['kind']>(
  name: string,
  open: () => Promise<ProviderSubject<Kind>>,
): void {
  let subject: ProviderSubject<Kind>;

  beforeEach(async () => {
    subject = await open();
  });

  afterEach(() => subject.close());

  async function fetchIt(context: Partial<FetchContext> = {}, maxSize?: number): Promise<Collected> {
    const signal = AbortSignal.timeout(10_000);
    const fetched = await subject.provider.fetch(subject.source(maxSize), { signal, ...context });
    return collect(fetched, context.knownRevision);
  }

  describe(`${name}: what is fetched`, () => {
    it('is the text of the upstream with its size', async () => {
      const text = registryFileOf('a/ä', 'b/b');
      await subject.publish(text);

      const fetched = await fetchIt();

      const [file] = fetched.changed ? fetched.files : [];
      const expected = subject.isComposed === true ? (file?.text ?? '') : text;
      expect(readRegistry(expected).documents.length + readRegistry(expected).refused.length).toBe(2);
      expect(fetched).toMatchObject({
        changed: true,
        bytes: Buffer.byteLength(expected),
        files: [{ text: expected }],
      });
    });

    it('has one revision as long as it stays, and another when it changes', async () => {
      await subject.publish(registryFileOf('a/a'));
      const first = await fetchIt();
      const again = await fetchIt();
      await subject.publish(registryFileOf('a/b'));
      const changed = await fetchIt();

      expect(first.revision).not.toBe('');
      expect(again.revision).toBe(first.revision);
      expect(changed.revision).not.toBe(first.revision);
    });

    it('is nothing new under the known revision', async () => {
      await subject.publish(registryFileOf('a/a'));
      const { revision } = await fetchIt();

      expect(await fetchIt({ knownRevision: revision })).toEqual({ changed: false, revision });
    });

    it('is everything under a revision that is no longer the present one', async () => {
      await subject.publish(registryFileOf('a/a'));
      const { revision } = await fetchIt();
      await subject.publish(registryFileOf('b/b'));

      const fetched = await fetchIt({ knownRevision: revision });

      const [file] = fetched.changed ? fetched.files : [];
      expect(file?.text).toMatch(subject.isComposed === true ? /"b-b"/ : /^\{"servers":\[\{"name":"b\/b"/);
      expect(await fetchIt({ knownRevision: 'no such revision' })).toMatchObject({ changed: true });
    });

    it.for([
      ['broken JSON', '{"servers":['],
      ['an empty text', ' '],
      ['a byte order mark', '\uFEFF{"servers":[]}'],
      ['escapes and line separators', '{"a":"\\u0000\\ud800 \u2028"}'],
    ])('is not looked into: %s arrives as it is', async ([, text = ''], context) => {
      if (subject.isChoosy === true || subject.isComposed === true)
        return context.skip('this kind looks into what it fetches');
      await subject.publish(text);

      expect(await fetchIt()).toMatchObject({ files: [{ text }] });
    });
  });

  describe(`${name}: what is refused`, () => {
    it('a text that is not UTF-8', async (context) => {
      if (subject.isComposed === true) return context.skip('this kind reads no text');
      await subject.publish(Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d));

      await expect(fetchIt()).rejects.toMatchObject({ code: 'invalid-source-data' });
    });

    it('one byte more than the limit, and not the limit itself', async () => {
      const text = registryFileOf('a/a');
      await subject.publish(text);
      const fetched = subject.isComposed === true ? await fetchIt() : undefined;
      const size = fetched?.changed === true ? fetched.bytes : text.length;

      await expect(fetchIt({}, size - 1)).rejects.toMatchObject({ code: 'limit-exceeded' });
      expect(await fetchIt({}, size)).toMatchObject({ changed: true });
    });

    it('ten gigabytes, before they are read', async (context) => {
      if (subject.publishZeros === undefined) return context.skip('this kind cannot pretend so much');
      await subject.publishZeros(10 * 1024 ** 3);
      const before = process.memoryUsage.rss();

      await expect(fetchIt({}, LIMIT)).rejects.toMatchObject({ code: 'limit-exceeded' });

      expect(process.memoryUsage.rss() - before).toBeLessThan(LIMIT);
    });

    it('an upstream that is not there', async (context) => {
      if (subject.remove === undefined) return context.skip('this kind always has something');
      await subject.publish(registryFileOf('a/a'));
      await subject.remove();

      await expect(fetchIt()).rejects.toMatchObject({
        code: expect.stringMatching(/^(source-unavailable|upstream-.+)$/),
      });
    });
  });

  describe(`${name}: how it behaves`, () => {
    it('fetches nothing once it was told to stop', async () => {
      await subject.publish(registryFileOf('a/a'));

      await expect(fetchIt({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
    });

    it('works again after a failure', async (context) => {
      if (subject.isComposed === true) return context.skip('this kind reads no text');
      await subject.publish(Uint8Array.of(0xff));
      await expect(fetchIt()).rejects.toMatchObject({ code: 'invalid-source-data' });
      await subject.publish(registryFileOf('a/a'));

      expect(await fetchIt()).toMatchObject({ changed: true });
    });

    it('leaves nothing behind, whether it succeeds or fails', async () => {
      await subject.publish(registryFileOf('a/a'));
      const before = await subject.files();

      await fetchIt();
      await expect(fetchIt({}, 1)).rejects.toMatchObject({ code: 'limit-exceeded' });
      await expect(fetchIt({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });

      expect(await subject.files()).toEqual(before);
    });

    it('answers several rounds at once with the same data', async () => {
      await subject.publish(registryFileOf('a/a'));

      const answers = await Promise.all(Array.from({ length: 8 }, () => fetchIt()));

      const hashes = answers.map((answer) =>
        createHash('sha256').update(JSON.stringify(answer)).digest('hex'),
      );
      expect(new Set(hashes).size).toBe(1);
    });

    it('says what it can do', () => {
      expect(subject.provider.abilities).toEqual({
        watchable: expect.any(Boolean),
        incremental: expect.any(Boolean),
        cheapCheck: expect.any(Boolean),
      });
    });
  });
}

/** Reads what arrives to its end, as a round does. */
async function collect(fetched: Fetched, knownRevision: string | undefined): Promise<Collected> {
  if (fetched.changed !== 'unknown') return fetched;
  const files: FetchedFile[] = [];
  for await (const file of fetched.files) files.push(file);
  const { revision, bytes } = fetched.summary();
  if (revision === knownRevision) return { changed: false, revision };
  return { changed: true, revision, bytes, files };
}

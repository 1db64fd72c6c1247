import type { SourceConfig } from '../../src/config/registry-config.js';
import type { Fetched, FetchedFile, SourceProvider } from '../../src/sources/source-provider.js';
import { fileSource } from './documents.js';

/** A provider whose sources hold what a test says, by name of the source. */
export class StubProvider implements SourceProvider<'file'> {
  readonly kind = 'file';
  readonly abilities = { watchable: false, incremental: false, cheapCheck: false };
  readonly fetches = new Map<string, (signal: AbortSignal) => Fetched>();

  fetch(source: SourceConfig, { signal }: { readonly signal: AbortSignal }): Promise<Fetched> {
    const fetch = this.fetches.get(source.name);
    if (fetch === undefined) throw new Error(`Nobody said what ${source.name} holds`);
    return Promise.resolve(fetch(signal));
  }
}

/** A source whose content comes from a stub. */
export function stubSource(name: string) {
  return fileSource({ data: '' }, { name });
}

let revisions = 0;

/** Files at hand, of a revision that was never there before. */
export function filesOf(...texts: readonly string[]): Fetched {
  const files = texts.map((text, index) => ({ origin: `${index + 1}.json`, text }));
  return { changed: true, revision: `revision ${(revisions += 1)}`, bytes: 1, files };
}

/** Files that arrive one by one. */
export function streamOf(files: AsyncIterable<FetchedFile>, scope?: 'changes'): Fetched {
  const summary = () => ({ revision: `revision ${(revisions += 1)}`, bytes: 1 });
  return { changed: 'unknown', files, summary, ...(scope !== undefined && { scope }) };
}

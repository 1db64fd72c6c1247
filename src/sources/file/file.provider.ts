import { Injectable, Logger } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import { watchFile } from '../../common/file-watch.js';
import { upstreamName } from '../../common/upstream-problem.js';
import type { SourceConfig } from '../../config/registry-config.js';
import { isYamlName, isYamlType, jsonTextOf } from '../../model/yaml-text.js';
import type {
  FetchedFiles,
  FetchedNothing,
  FetchContext,
  SourceProvider,
  SourceWatch,
} from '../source-provider.js';
import { hashOf, textOf } from './file-bytes.js';
import { readBounded, tooLarge } from './file-read.js';
import { fetchAddress } from './file-url.js';

type FileSource = SourceConfig & { readonly kind: 'file' };

/** Reads one file by path or by address, or the data written in the configuration itself, as JSON or YAML. */
@Injectable()
export class FileProvider implements SourceProvider<'file'> {
  readonly kind = 'file';
  readonly abilities = { watchable: true, incremental: false, cheapCheck: true };
  private readonly logger = new Logger('Sources');

  async fetch(source: FileSource, context: FetchContext): Promise<FetchedNothing | FetchedFiles> {
    const { path, url, data, maxSize } = source.file;
    const origin = path ?? (url === undefined ? 'inline data' : upstreamName(url));
    if (context.signal.aborted) throw new DomainError('aborted', `Reading ${origin} was stopped`);
    if (url !== undefined) return this.fetchUrl(url, source.file, context);
    const bytes =
      path === undefined ? Buffer.from(data ?? '') : await readBounded(path, maxSize, context.signal);
    if (bytes.length > maxSize) throw tooLarge(origin, bytes.length, maxSize);
    const revision = await hashOf(bytes);
    if (revision === context.knownRevision) return { changed: false, revision };
    return fetched(revision, bytes, { origin, promisesYaml: isYamlName(path ?? '') });
  }

  watch(source: FileSource, onChange: () => void): SourceWatch | undefined {
    const { path } = source.file;
    if (path === undefined) return undefined;
    return watchFile(path, onChange, (reason) =>
      this.logger.warn(
        `${path} cannot be watched (${reason}): its changes are seen when its interval has passed`,
      ),
    );
  }

  private async fetchUrl(
    url: string,
    file: FileSource['file'],
    context: FetchContext,
  ): Promise<FetchedNothing | FetchedFiles> {
    const answer = await fetchAddress(url, file, context);
    if (!answer.changed) return answer;
    const promisesYaml = isYamlType(answer.contentType) || isYamlName(new URL(url).pathname);
    return fetched(answer.revision, answer.bytes, { origin: upstreamName(url), promisesYaml });
  }
}

async function fetched(
  revision: string,
  bytes: Buffer,
  { origin, promisesYaml }: { readonly origin: string; readonly promisesYaml: boolean },
): Promise<FetchedFiles> {
  const text = readText(await decode(bytes, origin), origin, promisesYaml);
  return { changed: true, revision, bytes: bytes.length, files: [{ origin, text }] };
}

function readText(text: string, origin: string, promisesYaml: boolean): string {
  try {
    return jsonTextOf(text, promisesYaml);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new DomainError(error.code, `${origin}: ${error.message}`, { cause: error });
  }
}

async function decode(bytes: Buffer, origin: string): Promise<string> {
  try {
    return await textOf(bytes);
  } catch (error) {
    throw new DomainError('invalid-source-data', `${origin} is not UTF-8 text`, { cause: error });
  }
}

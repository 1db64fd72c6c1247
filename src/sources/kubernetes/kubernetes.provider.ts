import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import type { SourceConfig } from '../../config/registry-config.js';
import type {
  FetchContext,
  FetchedFiles,
  FetchedNothing,
  SourceProvider,
  SourceWatch,
} from '../source-provider.js';
import { ClusterObjects } from './cluster-objects.js';
import { ObjectFollower } from './object.follower.js';

type KubernetesSource = SourceConfig & { readonly kind: 'kubernetes' };

/**
 * Makes a registry of the MCPServer, MCPRemoteProxy and VirtualMCPServer objects of a cluster. While a source is
 * watched its objects are in memory and a fetch costs the cluster nothing; else they are listed once.
 */
@Injectable()
export class KubernetesProvider implements SourceProvider<'kubernetes'> {
  readonly kind = 'kubernetes';
  readonly abilities = { watchable: true, incremental: false, cheapCheck: true };

  constructor(private readonly objects: ClusterObjects) {}

  async fetch(source: KubernetesSource, context: FetchContext): Promise<FetchedNothing | FetchedFiles> {
    const followed = this.objects.followerOf(source.name);
    if (followed !== undefined) return read(followed, context);
    const follower = new ObjectFollower(source.name, source.kubernetes, () => {});
    try {
      return await read(follower, context);
    } finally {
      follower.close();
    }
  }

  watch(source: KubernetesSource, onChange: () => void): SourceWatch {
    const follower = this.objects.follow(source.name, source.kubernetes, onChange);
    return { close: () => this.objects.release(source.name, follower) };
  }
}

async function read(
  follower: ObjectFollower,
  { signal, knownRevision }: FetchContext,
): Promise<FetchedNothing | FetchedFiles> {
  await follower.settled(signal).catch((error: unknown) => {
    if (error instanceof DomainError) throw error;
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    const message = 'Reading the objects of the cluster was stopped';
    throw new DomainError(isLate ? 'time-limit-exceeded' : 'aborted', message, { cause: error });
  });
  const { file, revision, bytes } = follower.registryFile();
  return revision === knownRevision
    ? { changed: false, revision }
    : { changed: true, revision, bytes, files: [file] };
}

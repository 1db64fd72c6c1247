import { Injectable } from '@nestjs/common';
import { CatalogService } from '../catalog/catalog.service.js';
import { DomainError } from '../common/domain-error.js';
import { LiveConfig } from '../config/live-config.js';
import { ReplyBytes } from '../http/reply-bytes.js';
import { ClusterObjects } from '../sources/kubernetes/cluster-objects.js';
import type { FollowedObject } from '../sources/kubernetes/followed-object.js';
import type { Reader } from './reader.js';

/** The servers that run in the cluster, from what Kubernetes sources follow: live, and without asking the cluster. */
@Injectable()
export class DeployedService {
  constructor(
    private readonly config: LiveConfig,
    private readonly catalog: CatalogService,
    private readonly objects: ClusterObjects,
  ) {}

  /**
   * The running servers of a registry's Kubernetes sources that the reader may see: those that are exported, and those
   * that were deployed from this registry. With a name only those that have it: the object's, its entry's, or that of
   * the server it was deployed from.
   * @throws DomainError `not-found` where the registry has no such source; `registry-unavailable` while none was read
   */
  list({ registry, visibility }: Reader, name?: string): ReplyBytes {
    const { name: registryName, sources } = this.catalog.definition(registry, visibility);
    const kinds = new Map(this.config.current.sources.map((source) => [source.name, source.kind]));
    const followed = sources.filter((source) => kinds.get(source) === 'kubernetes');
    if (followed.length === 0) {
      throw new DomainError(
        'not-found',
        `The registry ${registryName} has no Kubernetes source, so no running servers are known`,
      );
    }
    const known = followed.flatMap((source) => {
      const objects = this.objects.objectsOf(source);
      return objects === undefined ? [] : [{ source, objects }];
    });
    if (known.length === 0) {
      throw new DomainError('registry-unavailable', 'The objects of the cluster have not been read yet');
    }
    const shown = new Map<string, FollowedObject>();
    for (const { source, objects } of known) {
      for (const object of objects) {
        const isShown = object.entry !== undefined || object.fromRegistry === registryName;
        if (!isShown || !visibility.sees(object.claims, source) || !hasName(object, name)) continue;
        shown.set(`${object.entryName} ${object.deployment.kind}`, object);
      }
    }
    const keys = [...shown.keys()].sort();
    return ReplyBytes.json(keys.map((key) => shown.get(key)?.deployment));
  }
}

function hasName({ deployment, entryName, fromServer }: FollowedObject, name: string | undefined): boolean {
  return name === undefined || [deployment.name, entryName, fromServer].includes(name);
}

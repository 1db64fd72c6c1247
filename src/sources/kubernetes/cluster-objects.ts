import { Injectable } from '@nestjs/common';
import type { KubernetesSettings } from '../../config/registry-config.js';
import type { FollowedObject } from './followed-object.js';
import { ObjectFollower } from './object.follower.js';

/** The objects of the cluster that each Kubernetes source follows, live and in memory. */
@Injectable()
export class ClusterObjects {
  private readonly followers = new Map<string, ObjectFollower>();

  /** Begins to follow a source, in place of what was followed of it before. */
  follow(source: string, settings: KubernetesSettings, onChange: () => void): ObjectFollower {
    this.followers.get(source)?.close();
    const follower = new ObjectFollower(source, settings, onChange);
    this.followers.set(source, follower);
    return follower;
  }

  /** Ends following, unless another has taken its place. */
  release(source: string, follower: ObjectFollower): void {
    follower.close();
    if (this.followers.get(source) === follower) this.followers.delete(source);
  }

  /** Who follows a source now. */
  followerOf(source: string): ObjectFollower | undefined {
    return this.followers.get(source);
  }

  /** All objects of a source; undefined until every part of it was read once. */
  objectsOf(source: string): Iterable<FollowedObject> | undefined {
    const follower = this.followers.get(source);
    return follower?.isComplete === true ? follower.objects() : undefined;
  }
}

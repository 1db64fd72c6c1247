import { ApiStatusError, type ClusterClient } from '../../common/cluster-client.js';
import { asText, itemsOf, memberOf } from '../../model/json-value.js';
import { GROUP_VERSIONS, TOOLHIVE_GROUP } from './kubernetes-kinds.js';

/** An answer is good for so long, in milliseconds: the collections of a source ask nearly at once. */
const FRESH_MS = 1_000;

/** Finds the version in which a cluster serves each kind. */
export class KindDiscovery {
  private answer: Promise<ReadonlyMap<string, string>> | undefined;
  private askedAt = 0;

  constructor(
    private readonly client: ClusterClient,
    private readonly signal: AbortSignal,
  ) {}

  /** The version that serves a plural name; undefined when the cluster does not know the kind. */
  async versionOf(plural: string): Promise<string | undefined> {
    const now = Date.now();
    if (this.answer === undefined || now - this.askedAt > FRESH_MS) {
      this.askedAt = now;
      this.answer = this.discover();
    }
    return (await this.answer).get(plural);
  }

  private async discover(): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const version of GROUP_VERSIONS) {
      for (const plural of await this.pluralsOf(version)) {
        if (!found.has(plural)) found.set(plural, version);
      }
    }
    return found;
  }

  private async pluralsOf(version: string): Promise<readonly string[]> {
    try {
      const list = await this.client.get(`/apis/${TOOLHIVE_GROUP}/${version}`, this.signal);
      return itemsOf(memberOf(list, 'resources')).flatMap((one) => asText(memberOf(one, 'name')) ?? []);
    } catch (error) {
      if (error instanceof ApiStatusError && error.status === 404) return [];
      throw error;
    }
  }
}

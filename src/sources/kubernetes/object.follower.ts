import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { type ClusterAccess, openCluster, podNamespace } from '../../common/cluster-access.js';
import { ClusterClient } from '../../common/cluster-client.js';
import { DomainError } from '../../common/domain-error.js';
import type { KubernetesSettings } from '../../config/registry-config.js';
import { noKinds } from './cluster-problem.js';
import { CollectionFollower } from './collection.follower.js';
import type { FollowedObject } from './followed-object.js';
import { KindDiscovery } from './kind-discovery.js';
import { SERVER_KINDS } from './kubernetes-kinds.js';
import { objectRegistryFile, type ObjectRegistryFile } from './object-registry-file.js';

/** A change is told after this time, in milliseconds, so that several at once are one. */
const GATHER_MS = 50;
/** Shortest time between two that are told. */
const SPACING_MS = 300;
/** How soon the description of the cluster is read again when it could not be. */
const REOPEN_MS = 5_000;
/** Stands for every namespace. */
const ALL_NAMESPACES = '*';

/**
 * Follows all objects of one source, in all its namespaces together. Without namespaces in its settings they are those
 * of the pod that the program runs in, else all.
 */
export class ObjectFollower {
  private readonly logger = new Logger('Sources');
  private readonly closing = new AbortController();
  private collections: readonly CollectionFollower[] = [];
  private server = '';
  private openProblem: DomainError | undefined;
  private readonly opened: Promise<void>;
  private timer: NodeJS.Timeout | undefined;
  private toldAt = 0;
  private file: ObjectRegistryFile | undefined;
  private lastMessage = '';

  constructor(
    private readonly source: string,
    private readonly settings: KubernetesSettings,
    private readonly onChange: () => void,
  ) {
    this.opened = this.open();
  }

  /** Ends it: `onChange` is not called afterwards. */
  close(): void {
    this.closing.abort();
    clearTimeout(this.timer);
  }

  /** Fulfilled once every collection was listed or has failed to be, or the signal ends the waiting. */
  async settled(signal: AbortSignal): Promise<void> {
    await abortable(this.opened, signal);
    await abortable(Promise.all(this.collections.map(({ attempted }) => attempted)), signal);
  }

  /** True once every collection could be listed. */
  get isComplete(): boolean {
    return this.collections.length > 0 && this.collections.every(({ hasListed }) => hasListed);
  }

  /** Everything that is followed. */
  *objects(): Generator<FollowedObject> {
    for (const collection of this.collections) yield* collection.objects.values();
  }

  /**
   * All exported objects as one registry file.
   * @throws DomainError while a part of them cannot be read: what was known of the source stays then; and when the
   * file is above `maxSize`
   */
  registryFile(): ObjectRegistryFile {
    const problem = this.openProblem ?? this.collections.find((one) => one.problem !== undefined)?.problem;
    if (problem !== undefined) throw problem;
    if (this.collections.every(({ isServed }) => !isServed)) throw noKinds(this.server);
    this.file ??= objectRegistryFile(this.objects(), this.server);
    const { maxSize } = this.settings;
    if (this.file.bytes <= maxSize) return this.file;
    const message = `The exported objects are above maxSize (${maxSize} bytes); raise maxSize to allow it`;
    throw new DomainError('limit-exceeded', message);
  }

  private async open(): Promise<void> {
    try {
      this.follow(await openCluster(), await this.namespaces());
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.openProblem = error;
      this.say(error);
      void this.reopen();
    }
  }

  private async reopen(): Promise<void> {
    const { signal } = this.closing;
    while (this.openProblem !== undefined) {
      await wait(REOPEN_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        this.follow(await openCluster(), await this.namespaces());
        this.openProblem = undefined;
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        this.openProblem = error;
      }
    }
  }

  private follow(access: ClusterAccess, namespaces: readonly (string | undefined)[]): void {
    const { signal } = this.closing;
    // Every collection listens to it, and each of its connections.
    setMaxListeners(0, signal);
    const client = new ClusterClient(access);
    const discovery = new KindDiscovery(client, signal);
    this.server = client.server;
    const shared = {
      client,
      discovery,
      signal,
      maxSize: this.settings.maxSize,
      onChange: () => this.changed(),
      onProblem: (problem: DomainError | undefined) => this.say(problem),
      onSkipped: ({ deployment, skipped }: FollowedObject) => {
        const { kind, namespace, name } = deployment;
        const text = `${this.source}: ${kind} ${namespace}/${name} does without ${skipped.join(', ')}: not the JSON it should be`;
        this.logger.warn(text);
      },
    };
    this.collections = namespaces.flatMap((namespace) =>
      SERVER_KINDS.map((kind) => new CollectionFollower({ ...shared, kind, namespace })),
    );
  }

  private async namespaces(): Promise<readonly (string | undefined)[]> {
    const { namespaces = [] } = this.settings;
    if (namespaces.includes(ALL_NAMESPACES)) return [undefined];
    return namespaces.length > 0 ? [...new Set(namespaces)] : [await podNamespace()];
  }

  private changed(): void {
    this.file = undefined;
    if (this.timer !== undefined || this.closing.signal.aborted) return;
    const pause = Math.max(GATHER_MS, this.toldAt + SPACING_MS - Date.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.toldAt = Date.now();
      this.onChange();
    }, pause);
    this.timer.unref();
  }

  /** Many collections fail for one reason, which is said once. */
  private say(problem: DomainError | undefined): void {
    if (problem === undefined) {
      if (this.lastMessage !== '') this.logger.log(`${this.source}: the cluster can be read again`);
      this.lastMessage = '';
    } else if (problem.message !== this.lastMessage) {
      this.lastMessage = problem.message;
      this.logger.warn(`${this.source}: ${problem.message}`);
    }
  }
}

async function abortable<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  const stop = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    const options = { once: true, signal: stop.signal };
    signal.addEventListener('abort', () => reject(signal.reason as Error), options);
  });
  return Promise.race([promise, aborted]).finally(() => stop.abort());
}

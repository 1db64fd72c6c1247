import { setTimeout as wait } from 'node:timers/promises';
import { ApiStatusError, type ClusterClient } from '../../common/cluster-client.js';
import { DomainError } from '../../common/domain-error.js';
import { asText, memberOf } from '../../model/json-value.js';
import { clusterObject } from './cluster-object.js';
import { clusterProblem } from './cluster-problem.js';
import { listCollection, watchPath } from './collection-pages.js';
import { type FollowedObject, followedObject, isSameEntry } from './followed-object.js';
import type { KindDiscovery } from './kind-discovery.js';
import { TOOLHIVE_GROUP, type ServerKind } from './kubernetes-kinds.js';

/** Delays between attempts, in milliseconds: doubled from the first to the longest, with jitter. */
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 5_000;
/** How soon a kind is looked for again that the cluster does not know. */
const ABSENT_DELAY_MS = 5_000;
/** All objects are listed anew after this time, whatever the watch said. */
const RESYNC_MS = 30 * 60_000;

/** What a follower of one collection works with, and whom it tells. */
export interface CollectionContext {
  readonly client: ClusterClient;
  readonly discovery: KindDiscovery;
  readonly kind: ServerKind;
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  readonly signal: AbortSignal;
  /** Characters of documents that may be held. */
  readonly maxSize: number;
  /** Called when what the catalogue shows of the objects may be another, or they can be read again. */
  readonly onChange: () => void;
  /** Called for an object with annotations that cannot be read, when they are new. */
  readonly onSkipped: (object: FollowedObject) => void;
  /** Called once for each problem, and with undefined when it is over. */
  readonly onProblem: (problem: DomainError | undefined) => void;
}

/** Follows the objects of one kind, in one namespace or all: a list, and then its changes, until the signal ends it. */
export class CollectionFollower {
  /** By namespace and name. Kept while the server cannot be reached. */
  readonly objects = new Map<string, FollowedObject>();
  /** Fulfilled once the first attempt to list them has ended, well or not. */
  readonly attempted: Promise<void>;
  problem: DomainError | undefined;
  /** False while the cluster does not know the kind. */
  isServed = true;
  private markAttempted: () => void = () => {};
  /** True once they could be listed, or the cluster has said that it does not know the kind. */
  hasListed = false;
  private wasServed = false;
  private failures = 0;

  constructor(private readonly context: CollectionContext) {
    this.attempted = new Promise((resolve) => (this.markAttempted = resolve));
    void this.run();
  }

  private async run(): Promise<void> {
    const { signal } = this.context;
    while (!signal.aborted) {
      const delay = await this.follow().catch((error: unknown) => this.fail(error));
      this.markAttempted();
      await wait(delay, undefined, { signal, ref: false }).catch(() => undefined);
    }
    this.markAttempted();
  }

  /** Lists and watches until everything must be listed anew. Returns the milliseconds to wait before. */
  private async follow(): Promise<number> {
    const { discovery, kind } = this.context;
    const version = await discovery.versionOf(kind.plural);
    if (version === undefined) return this.lose();
    const path = this.path(version);
    let from = await this.list(path);
    const listedAt = Date.now();
    while (Date.now() - listedAt < RESYNC_MS) {
      const next = await this.watch(path, from);
      if (next === undefined) return 0;
      from = next;
    }
    return 0;
  }

  private async list(path: string): Promise<string> {
    const { client, signal } = this.context;
    const listed = new Map<string, FollowedObject>();
    let size = 0;
    const pages = listCollection(client, path, signal);
    let page = await pages.next();
    while (page.done !== true) {
      for (const value of page.value) size += this.put(listed, value);
      if (size > this.context.maxSize) throw this.tooMany();
      page = await pages.next();
    }
    let isSame = this.isServed && this.problem === undefined && this.wasServed;
    for (const key of new Set([...this.objects.keys(), ...listed.keys()])) {
      isSame &&= isSameEntry(this.objects.get(key), listed.get(key));
    }
    this.objects.clear();
    for (const [key, object] of listed) this.objects.set(key, object);
    this.isServed = true;
    this.wasServed = true;
    this.hasListed = true;
    this.recover();
    this.markAttempted();
    if (!isSame) this.context.onChange();
    return page.value;
  }

  /** Returns the version to go on from; undefined when the server has forgotten it. */
  private async watch(path: string, from: string): Promise<string | undefined> {
    const { client, signal } = this.context;
    let version = from;
    try {
      for await (const event of client.watch(watchPath(path, from), signal, () => this.recover())) {
        const type = asText(memberOf(event, 'type'));
        const object = memberOf(event, 'object');
        if (type === 'ERROR') {
          if (memberOf(object, 'code') === 410) return undefined;
          throw new ApiStatusError(
            Number(memberOf(object, 'code')),
            asText(memberOf(object, 'message')) ?? '',
          );
        }
        this.apply(type, object);
        version = asText(memberOf(memberOf(object, 'metadata'), 'resourceVersion')) ?? version;
      }
      // A server that ends every watch at once is not asked all the time.
      await wait(FIRST_DELAY_MS, undefined, { signal, ref: false });
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof ApiStatusError) {
        if (error.status === 410) return undefined;
        throw error;
      }
      await wait(this.fail(error), undefined, { signal, ref: false });
    }
    return version;
  }

  private apply(type: string | undefined, value: unknown): void {
    if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') return;
    const { kind } = this.context;
    const object = clusterObject(kind, value);
    if (object === undefined) return;
    const key = keyOf(object.namespace, object.name);
    const before = this.objects.get(key);
    if (type === 'DELETED') this.objects.delete(key);
    else this.put(this.objects, value);
    if (!isSameEntry(before, this.objects.get(key))) this.context.onChange();
  }

  /** Returns the characters that the object takes. */
  private put(objects: Map<string, FollowedObject>, value: unknown): number {
    const object = clusterObject(this.context.kind, value);
    if (object === undefined) return 0;
    const followed = followedObject(object);
    const key = keyOf(object.namespace, object.name);
    const isNew = String(this.objects.get(key)?.skipped ?? '') !== String(followed.skipped);
    if (isNew && followed.skipped.length > 0) this.context.onSkipped(followed);
    objects.set(key, followed);
    return followed.entry !== undefined && 'document' in followed.entry ? followed.entry.document.length : 0;
  }

  /** A kind that was there is believed to be gone only when it is not found twice. */
  private lose(): number {
    if (this.wasServed) {
      this.wasServed = false;
      throw new ApiStatusError(404, 'is no longer served');
    }
    const isNew = this.isServed || this.problem !== undefined;
    this.isServed = false;
    this.hasListed = true;
    this.objects.clear();
    this.recover();
    if (isNew) this.context.onChange();
    return ABSENT_DELAY_MS;
  }

  private recover(): void {
    this.failures = 0;
    if (this.problem === undefined) return;
    this.problem = undefined;
    this.context.onProblem(undefined);
    this.context.onChange();
  }

  /** Keeps the objects and says once what is wrong. Returns the milliseconds to the next attempt. */
  private fail(error: unknown): number {
    if (this.context.signal.aborted) return 0;
    const { client, kind, namespace } = this.context;
    const problem = clusterProblem(error, { server: client.server, plural: kind.plural, namespace });
    const isNew = this.problem?.message !== problem.message;
    this.problem = problem;
    if (isNew) this.context.onProblem(problem);
    const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(this.failures, 10));
    this.failures += 1;
    return Math.round(delay * (0.75 + Math.random() * 0.25));
  }

  private tooMany(): DomainError {
    const { kind, maxSize } = this.context;
    return new DomainError(
      'limit-exceeded',
      `The documents of ${kind.plural} have more than maxSize (${maxSize}) characters; raise maxSize to allow it`,
    );
  }

  private path(version: string): string {
    const { kind, namespace } = this.context;
    const place = namespace === undefined ? '' : `/namespaces/${namespace}`;
    return `/apis/${TOOLHIVE_GROUP}/${version}${place}/${kind.plural}`;
  }
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

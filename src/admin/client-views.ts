import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { AccessRules } from '../auth/access-rules.js';
import type { Principal } from '../auth/principal.js';
import { NetworkList } from '../common/network-list.js';
import { LiveConfig } from '../config/live-config.js';
import { RevisionFeed } from '../database/revision-feed.js';
import { StoreGate } from '../database/store-gate.js';
import { type StoredView, type ViewDefinition, ViewStore } from '../database/stores/view.store.js';
import { hashViewToken } from '../model/view-token.js';
import { type ConfiguredView, configuredViews } from './configured-views.js';

/** Between two looks into the files that hold tokens, in milliseconds. */
const LOOK_EVERY = 5_000;

/** What the token of an address opens. */
export interface OpenView {
  readonly definition: ViewDefinition;
  readonly principal: Principal;
  /** Where it may be used from; undefined: everywhere. */
  readonly networks: NetworkList | undefined;
  /** Milliseconds since 1970; of the view or of this token, whichever ends first. */
  readonly endsAt: number;
}

/** Every client view in memory, so that reads through them go on while the store is away. */
@Injectable()
export class ClientViews implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('Views');
  private readonly subscriptions: Subscription[] = [];
  private looking: NodeJS.Timeout | undefined;
  private configured: readonly ConfiguredView[] = [];
  private stored: readonly StoredView[] | undefined;
  private byHash: ReadonlyMap<string, OpenView> = new Map();
  private reading: Promise<void> = Promise.resolve();
  private text = '';

  constructor(
    private readonly config: LiveConfig,
    private readonly store: ViewStore,
    private readonly feed: RevisionFeed,
    private readonly gate: StoreGate,
    private readonly rules: AccessRules,
  ) {}

  async onModuleInit(): Promise<void> {
    const look = () => void this.look();
    this.subscriptions.push(this.config.changes.subscribe(look));
    await this.look();
    this.looking = setInterval(look, LOOK_EVERY).unref();
    await this.gate.begin(async () => {
      await this.refresh();
      // A store that is away is looked at again later.
      this.subscriptions.push(
        this.feed.elsewhere.subscribe(() => void this.refresh().catch(() => undefined)),
      );
    });
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.looking);
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    await this.reading.catch(() => undefined);
  }

  /** False until the stored views were read once: before that nobody knows that a token opens nothing. */
  get isLoaded(): boolean {
    return this.stored !== undefined;
  }

  /** The views of the configuration, by name. */
  get ofConfiguration(): readonly ConfiguredView[] {
    return this.configured;
  }

  /** The stored views, by name. */
  get ofStore(): readonly StoredView[] {
    return this.stored ?? [];
  }

  /** What a token opens, expired or not. The time that it takes tells nothing of tokens that are there. */
  find(token: string): OpenView | undefined {
    return this.byHash.get(hashViewToken(token));
  }

  /** Reads the stored views again; readings follow one another. */
  refresh(): Promise<void> {
    this.reading = this.reading
      .catch(() => undefined)
      .then(async () => {
        this.stored = await this.store.all();
        this.index();
      });
    return this.reading;
  }

  /** Reads the views of the configuration again, with the files that hold their tokens. */
  private async look(): Promise<void> {
    const { views } = this.config.current;
    const configured = await configuredViews(views, (problem) => this.logger.error(problem));
    const text = JSON.stringify(configured);
    if (text === this.text) return;
    this.text = text;
    this.configured = configured;
    this.index();
  }

  private index(): void {
    const byHash = new Map<string, OpenView>();
    const names = new Set(this.configured.map(({ name }) => name));
    for (const view of [...this.ofStore.filter(({ name }) => !names.has(name)), ...this.configured]) {
      const { claims, expiresAt, allowedCidrs, tokens } = view;
      const principal = this.rules.viewPrincipal(claims);
      const networks = allowedCidrs.length === 0 ? undefined : new NetworkList(allowedCidrs);
      for (const { hash, validUntil } of tokens) {
        const endsAt = Math.min(expiresAt?.getTime() ?? Infinity, validUntil?.getTime() ?? Infinity);
        byHash.set(hash, { definition: view, principal, networks, endsAt });
      }
    }
    this.byHash = byHash;
  }
}

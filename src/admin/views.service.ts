import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { compareNames } from '../catalog/catalog-entry.js';
import { DomainError, isDomainError } from '../common/domain-error.js';
import { LiveConfig } from '../config/live-config.js';
import type { NewView } from '../config/view.schema.js';
import { type StoredViewToken, type ViewDefinition, ViewStore } from '../database/stores/view.store.js';
import { ReplyBytes } from '../http/reply-bytes.js';
import { hashViewToken, makeViewToken } from '../model/view-token.js';
import { ClientViews } from './client-views.js';
import { ListCursor } from './list-cursor.js';
import { pageOf, pageReply } from './list-page.js';
import type { PageParameters } from './list-parameters.js';

const VIEWS = new ListCursor('views', z.string());

/** Makes, lists and ends client views. */
@Injectable()
export class ViewsService {
  constructor(
    private readonly views: ClientViews,
    private readonly store: ViewStore,
    private readonly config: LiveConfig,
  ) {}

  /** The views by name, without their tokens. @throws DomainError `invalid-cursor` */
  list({ limit, cursor }: PageParameters): ReplyBytes {
    const after = VIEWS.read(cursor);
    const configured = this.views.ofConfiguration.map((view) => viewInfo('CONFIG', view));
    const stored = this.views.ofStore
      .filter(({ name }) => !this.isConfigured(name))
      .map((view) => viewInfo('API', view));
    const behind = [...configured, ...stored]
      .filter(({ name }) => after === undefined || compareNames(name, after) > 0)
      .sort((a, b) => compareNames(a.name, b.name));
    return pageReply(
      'views',
      pageOf(behind, limit, ({ name }) => VIEWS.write(name)),
    );
  }

  /** Makes a view; the reply is the only one that ever has its token. @throws DomainError `conflict`, `invalid-request` */
  async create(view: NewView): Promise<ReplyBytes> {
    if (!this.config.current.registries.some(({ name }) => name === view.registry)) {
      const message = `There is no registry named ${view.registry}`;
      const problems = [{ message: 'is not the name of a registry', location: 'body/registry' }];
      throw new DomainError('invalid-request', message, { problems });
    }
    this.refuseConfigured(view.name);
    const token = makeViewToken();
    const { name, registry, claims, expires, allowedCidrs } = view;
    const definition = {
      name,
      registry,
      ...(claims !== undefined && { claims }),
      ...(expires !== undefined && { expiresAt: new Date(expires) }),
      allowedCidrs,
    };
    await this.change(() => this.store.create(definition, hashViewToken(token)));
    return tokenReply(name, token, 201);
  }

  /** Gives a view a new token, shown this once. @throws DomainError `not-found`, `conflict` */
  async rotate(name: string, overlapMs: number): Promise<ReplyBytes> {
    this.refuseConfigured(name);
    const token = makeViewToken();
    await this.change(() => this.store.rotate(name, hashViewToken(token), overlapMs));
    return tokenReply(name, token, 200);
  }

  /** Ends a view. @throws DomainError `not-found`, `conflict` */
  async revoke(name: string): Promise<void> {
    this.refuseConfigured(name);
    await this.change(() => this.store.revoke(name));
  }

  private async change(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      await this.views.refresh();
    } catch (error) {
      if (isDomainError(error)) throw error;
      throw new DomainError('store-unavailable', 'The store does not answer: nothing was changed', {
        cause: error,
      });
    }
  }

  private isConfigured(name: string): boolean {
    return this.views.ofConfiguration.some((view) => view.name === name);
  }

  private refuseConfigured(name: string): void {
    if (!this.isConfigured(name)) return;
    throw new DomainError('conflict', `The view ${name} is part of the configuration: change it there`);
  }
}

function viewInfo(
  creationType: 'API' | 'CONFIG',
  view: ViewDefinition & {
    readonly createdAt?: Date;
    readonly tokens: readonly (Pick<StoredViewToken, 'hash' | 'validUntil'> & {
      readonly createdAt?: Date;
    })[];
  },
) {
  const { name, registry, claims, expiresAt, allowedCidrs, createdAt, tokens } = view;
  return {
    name,
    registry,
    ...(claims !== undefined && { claims }),
    ...(expiresAt !== undefined && { expires: expiresAt.toISOString() }),
    allowedCidrs,
    creationType,
    ...(createdAt !== undefined && { createdAt: createdAt.toISOString() }),
    tokens: tokens.map(({ hash, createdAt: madeAt, validUntil }) => ({
      id: hash.slice(0, 8),
      ...(madeAt !== undefined && { createdAt: madeAt.toISOString() }),
      ...(validUntil !== null && { validUntil: validUntil.toISOString() }),
    })),
  };
}

function tokenReply(name: string, token: string, status: number): ReplyBytes {
  return ReplyBytes.json({ name, token, path: `/view/${token}` }, { status, cache: 'none' });
}

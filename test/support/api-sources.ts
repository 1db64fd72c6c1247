import { Logger } from '@nestjs/common';
import { afterEach, beforeEach } from 'vitest';
import type { ApiSettings, SourceConfig } from '../../src/config/registry-config.js';
import { ApiProvider } from '../../src/sources/api/api.provider.js';
import type { FetchSummary } from '../../src/sources/source-provider.js';
import { fileSource, serverJson } from './documents.js';
import { listedServer, UpstreamRegistry } from './upstream-registry.js';

/** A source that reads another registry, as the configuration describes it. */
export type ApiSource = SourceConfig & { readonly kind: 'api' };

/** A source that reads the registry at `endpoint`, tries again within milliseconds, and is patient for 5 s. */
export function apiSource(endpoint: string, changes: Partial<ApiSettings> = {}): ApiSource {
  const { name, syncPolicy } = fileSource({ data: '' });
  const api: ApiSettings = {
    endpoint,
    timeoutMs: 5_000,
    incremental: true,
    fullSyncIntervalMs: 86_400_000,
    maxSize: 100 * 1024 * 1024,
    ...changes,
  };
  return { name, kind: 'api', api, syncPolicy };
}

/** What was read of an upstream: how many servers, skills and plugins, and how all of it is named. */
export interface ReadRegistry extends FetchSummary {
  readonly count: number;
}

/** How a test reads a registry. */
export interface Reading {
  readonly endpoint?: string;
  readonly settings?: Partial<ApiSettings>;
  readonly signal?: AbortSignal;
}

/** What one round brought, once all of it is here. */
export interface ReadRound extends FetchSummary {
  /** `nothing` when the provider said so itself. */
  readonly scope: 'nothing' | 'everything' | 'changes';
  /** Names and versions of servers with their statuses, then names of skills and plugins. */
  readonly names: readonly string[];
}

/** A registry and a provider that reads it, new ones for each test. */
export class ApiBench {
  upstream!: UpstreamRegistry;
  provider!: ApiProvider;

  async open(): Promise<void> {
    this.upstream = await UpstreamRegistry.open();
    this.provider = new ApiProvider();
  }

  /** Reads everything that the source offers. */
  async read({ endpoint = this.upstream.url, settings = {}, signal }: Reading = {}): Promise<ReadRegistry> {
    const round = await this.round(undefined, apiSource(endpoint, settings), signal);
    return { count: round.names.length, revision: round.revision, bytes: round.bytes };
  }

  /** A round of a program that stored `knownRevision` at its last one. */
  async round(
    knownRevision?: string,
    source: ApiSource = apiSource(this.upstream.url),
    signal: AbortSignal = AbortSignal.timeout(20_000),
  ): Promise<ReadRound> {
    const known = knownRevision === undefined ? {} : { knownRevision };
    const fetched = await this.provider.fetch(source, { signal, ...known });
    if (!fetched.changed) return { scope: 'nothing', names: [], bytes: 0, revision: fetched.revision };
    const names: string[] = [];
    for await (const { text } of fetched.files) names.push(...namesIn(text));
    return { scope: fetched.scope ?? 'everything', names, ...fetched.summary() };
  }
}

/** A bench that is there in each test of the file, with a registry of 250 servers unless told otherwise. */
export function useApiBench(servers: () => readonly unknown[] = () => manyServers(250)): ApiBench {
  const bench = new ApiBench();
  beforeEach(async () => {
    Logger.overrideLogger(false);
    await bench.open();
    bench.upstream.servers = servers();
  });
  afterEach(() => bench.upstream.close());
  return bench;
}

function namesIn(text: string): string[] {
  const {
    servers = [],
    skills = [],
    plugins = [],
  } = JSON.parse(text) as Record<string, Listed[] | undefined>;
  const named = servers.map((listed) => {
    const { name, version } = listed.server ?? listed;
    const { status } = listed._meta?.['io.modelcontextprotocol.registry/official'] ?? {};
    return `${name} ${version}${status === undefined || status === 'active' ? '' : ` ${status}`}`;
  });
  return [...named, ...[...skills, ...plugins].map(({ name }) => String(name))];
}

interface Listed {
  readonly name?: string;
  readonly version?: string;
  readonly server?: { readonly name?: string; readonly version?: string };
  readonly _meta?: Readonly<Record<string, { readonly status?: string } | undefined>>;
}

/** So many servers, as the official registry lists them. */
export function manyServers(count: number): object[] {
  return Array.from({ length: count }, (_, index) => {
    return listedServer(serverJson(`many/${String(index).padStart(4, '0')}`));
  });
}

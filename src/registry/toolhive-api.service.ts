import { setImmediate as afterOthers } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { type CatalogVersion, latestVersion } from '../catalog/catalog-entry.js';
import { CatalogService } from '../catalog/catalog.service.js';
import { listed } from '../catalog/page.js';
import type { RegistryView } from '../catalog/registry-view.js';
import { DomainError } from '../common/domain-error.js';
import { RecentCache } from '../common/recent-cache.js';
import { ReplyBytes } from '../http/reply-bytes.js';
import { serverToToolHive } from '../model/server-to-toolhive.js';
import type { ToolHiveEntry } from '../model/toolhive-format.js';
import { toolHiveDetail, toolHiveListItem } from '../model/toolhive-views.js';
import type { Reader } from './reader.js';

/** Entries converted before others have their turn. */
const ENTRIES_AT_ONCE = 64;
/** Details kept, and the bytes they may take. */
const DETAILS = { values: 1_024, weight: 4 * 1024 * 1024 };
const COMMA = Buffer.from(',');

interface KnownDetail {
  readonly version: CatalogVersion;
  readonly reply: ReplyBytes;
}

/**
 * The shapes of the first public API (`/api/v0/servers?format=toolhive`). Documents of the other format are
 * converted when they are first asked for; what cannot be converted is left out, as `thv` does.
 */
@Injectable()
export class ToolHiveApiService {
  private readonly lists = new WeakMap<RegistryView, Promise<ReplyBytes>>();
  /** Items of lists, for as long as their version is served; undefined inside for what cannot be converted. */
  private readonly items = new WeakMap<CatalogVersion, { readonly item: Buffer | undefined }>();
  private readonly details = new RecentCache<KnownDetail>(
    DETAILS,
    (key, { reply }) => key.length + reply.length,
  );
  private readonly infos = new WeakMap<RegistryView, ReplyBytes>();

  constructor(private readonly catalog: CatalogService) {}

  /** Every server's summary, by name. Who asks while it is made waits for the same one. */
  async list(reader: Reader): Promise<ReplyBytes> {
    const view = this.view(reader);
    const known = this.lists.get(view);
    if (known !== undefined) return known;
    const reply = this.makeList(view);
    this.lists.set(view, reply);
    return reply;
  }

  /** One server in full. @throws DomainError `not-found` */
  detail(reader: Reader, name: string): ReplyBytes {
    const entry = this.view(reader).kind('server').entry(name);
    const version = entry && latestVersion(entry, false);
    const key = `${entry?.source ?? ''} ${name}`;
    const known = this.details.get(key);
    if (version !== undefined && known?.version === version) return known.reply;
    const reply = version && detailReply(version);
    if (version === undefined || reply === undefined) throw new DomainError('not-found', 'Server not found');
    this.details.set(key, { version, reply });
    return reply;
  }

  /** What the first API said of a whole registry. */
  info(reader: Reader): ReplyBytes {
    const view = this.view(reader);
    const reply = this.infos.get(view) ?? this.makeInfo(view, reader);
    this.infos.set(view, reply);
    return reply;
  }

  private async makeList(view: RegistryView): Promise<ReplyBytes> {
    const pieces: Buffer[] = [];
    let seen = 0;
    for (const version of listed(view.kind('server'), { version: 'latest' })) {
      const item = this.itemOf(version);
      if (item !== undefined) pieces.push(pieces.length === 0 ? Buffer.from('{"servers":[') : COMMA, item);
      seen += 1;
      if (seen % ENTRIES_AT_ONCE === 0) await afterOthers();
    }
    const head = pieces.length === 0 ? '{"servers":[' : '';
    return new ReplyBytes([...pieces, Buffer.from(`${head}],"total":${pieces.length / 2}}`)]);
  }

  private itemOf(version: CatalogVersion): Buffer | undefined {
    const known = this.items.get(version);
    if (known !== undefined) return known.item;
    const entry = toEntry(version);
    const item = entry && Buffer.from(toolHiveListItem(version.name, entry));
    this.items.set(version, { item });
    return item;
  }

  private makeInfo(view: RegistryView, { registry, visibility }: Reader): ReplyBytes {
    const { count, changedAt } = view.kind('server').summary;
    const { name } = this.catalog.definition(registry, visibility);
    const sources =
      this.catalog.readable(visibility).find((readable) => readable.name === name)?.sources ?? [];
    return ReplyBytes.json({
      version: '1.0.0',
      last_updated: new Date(changedAt).toISOString(),
      source: sources.join(', '),
      total_servers: count,
    });
  }

  private view({ registry, visibility }: Reader): RegistryView {
    return this.catalog.view(registry, visibility);
  }
}

function detailReply(version: CatalogVersion): ReplyBytes | undefined {
  const entry = toEntry(version);
  return (
    entry && new ReplyBytes(Buffer.from(toolHiveDetail(version.name, entry, version.original?.toString())))
  );
}

function toEntry(version: CatalogVersion): ToolHiveEntry | undefined {
  if (version.original === undefined) {
    const converted = serverToToolHive(version.document.toString());
    return converted && { section: converted.section, text: converted.entry };
  }
  // The conversion gives an image server one package, and a remote server none.
  const section = version.registryTypes.length > 0 ? 'servers' : 'remote_servers';
  return { section, text: version.original.toString() };
}

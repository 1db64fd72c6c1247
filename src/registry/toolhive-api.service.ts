import { Injectable } from '@nestjs/common';
import { type CatalogVersion, latestVersion } from '../catalog/catalog-entry.js';
import { CatalogService } from '../catalog/catalog.service.js';
import type { RegistryView } from '../catalog/registry-view.js';
import { DomainError } from '../common/domain-error.js';
import { ReplyBytes } from '../http/reply-bytes.js';
import { serverToToolHive } from '../model/server-to-toolhive.js';
import type { ToolHiveEntry } from '../model/toolhive-format.js';
import { toolHiveDetail, toolHiveListItem } from '../model/toolhive-views.js';
import type { Reader } from './registry.service.js';

/**
 * The shapes of the first public API (`/api/v0/servers?format=toolhive`). Documents of the other format are
 * converted when they are first asked for; what cannot be converted is left out, as `thv` does.
 */
@Injectable()
export class ToolHiveApiService {
  private readonly lists = new WeakMap<RegistryView, ReplyBytes>();

  constructor(private readonly catalog: CatalogService) {}

  /** Every server's summary, by name. */
  list(reader: Reader): ReplyBytes {
    const view = this.view(reader);
    const reply = this.lists.get(view) ?? listReply(view);
    this.lists.set(view, reply);
    return reply;
  }

  /** One server in full. @throws DomainError `not-found` */
  detail(reader: Reader, name: string): ReplyBytes {
    const entry = this.view(reader).kind('server').entries.get(name);
    const version = entry && latestVersion(entry, false);
    const converted = version && toEntry(version);
    if (version === undefined || converted === undefined)
      throw new DomainError('not-found', 'Server not found');
    return new ReplyBytes(Buffer.from(toolHiveDetail(name, converted, version.original?.toString())));
  }

  /** What the first API said of a whole registry. */
  info(reader: Reader): ReplyBytes {
    const { latest } = this.view(reader).kind('server');
    const { name } = this.catalog.definition(reader.registry, reader.visibility);
    const sources =
      this.catalog.readable(reader.visibility).find((registry) => registry.name === name)?.sources ?? [];
    return ReplyBytes.json({
      version: '1.0.0',
      last_updated: new Date(latest.byUpdate[0]?.updatedAt ?? 0).toISOString(),
      source: sources.join(', '),
      total_servers: latest.byName.filter(({ status }) => status !== 'deleted').length,
    });
  }

  private view({ registry, visibility }: Reader): RegistryView {
    return this.catalog.view(registry, visibility);
  }
}

function listReply(view: RegistryView): ReplyBytes {
  const items: string[] = [];
  for (const version of view.kind('server').latest.byName) {
    const entry = version.status === 'deleted' ? undefined : toEntry(version);
    if (entry !== undefined) items.push(toolHiveListItem(version.name, entry));
  }
  return new ReplyBytes(Buffer.from(`{"servers":[${items.join(',')}],"total":${items.length}}`));
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

import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../auth/access.js';
import { CatalogService } from '../catalog/catalog.service.js';
import { ReplyBytes } from '../http/reply-bytes.js';
import { ReaderOf } from './reader.decorator.js';
import { ReadRoute } from './read-route.decorator.js';
import type { Reader } from './reader.js';
import { RegistryList } from './response.schema.js';

/** The registries that this server has. */
@ApiTags('registries')
@Access('read')
@Controller(['registry', 'v0.1/registries'])
export class RegistriesController {
  constructor(private readonly catalog: CatalogService) {}

  @Get()
  @ReadRoute({ summary: 'List the registries that the caller may read', response: RegistryList })
  listRegistries(@ReaderOf() { visibility }: Reader): ReplyBytes {
    return ReplyBytes.json({ registries: this.catalog.readable(visibility).map(describe) });
  }
}

function describe({ name, sources }: { name: string; sources: readonly string[] }) {
  const description = `Entries of ${sources.join(', ')}`;
  return { name, description, url: `/registry/${encodeURIComponent(name)}`, sources };
}

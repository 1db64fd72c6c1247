import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../auth/access.js';
import type { ReplyBytes } from '../http/reply-bytes.js';
import { DetailQuery, type DetailRequest, ListQuery, type ListRequest } from './list-query.js';
import { mounted } from './mount.js';
import { ReaderOf } from './reader.decorator.js';
import { ReadRoute } from './read-route.decorator.js';
import { ServerList, ServerResponse } from './response.schema.js';
import type { Reader } from './reader.js';
import { listRead, versionRead, versionsRead } from './read-request.js';
import { RegistryService } from './registry.service.js';

/** Servers, as the Model Context Protocol Registry API has them. */
@ApiTags('servers')
@Access('read')
@Controller(mounted('v0.1/servers'))
export class ServersController {
  constructor(private readonly registry: RegistryService) {}

  @Get()
  @ReadRoute({ summary: 'List servers', response: ServerList })
  listServers(@ReaderOf() reader: Reader, @Query({ schema: ListQuery }) query: ListRequest): ReplyBytes {
    return this.registry.answer(reader, listRead('server', query));
  }

  @Get(':name')
  @ReadRoute({ summary: 'Show the latest version of a server', response: ServerResponse })
  getServer(
    @ReaderOf() reader: Reader,
    @Param('name') name: string,
    @Query({ schema: DetailQuery }) query: DetailRequest,
  ): ReplyBytes {
    return this.registry.answer(reader, versionRead('server', name, 'latest', query));
  }

  @Get(':name/versions')
  @ReadRoute({ summary: 'List the versions of a server, newest first', response: ServerList })
  listServerVersions(
    @ReaderOf() reader: Reader,
    @Param('name') name: string,
    @Query({ schema: DetailQuery }) query: DetailRequest,
  ): ReplyBytes {
    return this.registry.answer(reader, versionsRead('server', name, query));
  }

  @Get(':name/versions/:version')
  @ReadRoute({ summary: 'Show one version of a server; `latest` is accepted', response: ServerResponse })
  getServerVersion(
    @ReaderOf() reader: Reader,
    @Param('name') name: string,
    @Param('version') version: string,
    @Query({ schema: DetailQuery }) query: DetailRequest,
  ): ReplyBytes {
    return this.registry.answer(reader, versionRead('server', name, version, query));
  }
}

import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Access } from '../auth/access.js';
import { DomainError } from '../common/domain-error.js';
import type { ReplyBytes } from '../http/reply-bytes.js';
import { ListQuery, type ListRequest } from './list-query.js';
import { mounted } from './mount.js';
import { ReaderOf } from './reader.decorator.js';
import { ReadRoute } from './read-route.decorator.js';
import { RegistryInfo, ServerList, ServerResponse } from './response.schema.js';
import type { Reader } from './reader.js';
import { listRead, versionRead } from './read-request.js';
import { RegistryService } from './registry.service.js';
import { ToolHiveApiService } from './toolhive-api.service.js';

const FormatQuery = z
  .object({
    format: z
      .string()
      .optional()
      .meta({ enum: ['upstream', 'toolhive'], description: 'Shape of the answer; `upstream` when absent' }),
  })
  .transform(({ format }): FormatRequest => ({ format }));

interface FormatRequest {
  readonly format: string | undefined;
}

/** The paths of the first public API: the standard's answers, or with `format=toolhive` the shapes of that time. */
@ApiTags('first API')
@Access('read')
@Controller(mounted('api/v0'))
export class ToolHiveApiController {
  constructor(
    private readonly registry: RegistryService,
    private readonly toolHive: ToolHiveApiService,
  ) {}

  @Get('servers')
  @ReadRoute({ summary: 'List servers', response: ServerList })
  listApiServers(
    @ReaderOf() reader: Reader,
    @Query({ schema: FormatQuery }) { format }: FormatRequest,
    @Query({ schema: ListQuery }) query: ListRequest,
  ): ReplyBytes | Promise<ReplyBytes> {
    return isToolHive(format)
      ? this.toolHive.list(reader)
      : this.registry.answer(reader, listRead('server', query));
  }

  @Get('servers/:name')
  @ReadRoute({ summary: 'Show the latest version of a server', response: ServerResponse })
  getApiServer(
    @ReaderOf() reader: Reader,
    @Param('name') name: string,
    @Query({ schema: FormatQuery }) { format }: FormatRequest,
  ): ReplyBytes {
    if (isToolHive(format)) return this.toolHive.detail(reader, name);
    return this.registry.answer(reader, versionRead('server', name, 'latest', { includeDeleted: false }));
  }

  @Get('info')
  @ReadRoute({ summary: 'Describe the registry', response: RegistryInfo })
  getApiInfo(@ReaderOf() reader: Reader): ReplyBytes {
    return this.toolHive.info(reader);
  }
}

function isToolHive(format: string | undefined): boolean {
  if (format === undefined || format === '' || format === 'upstream') return false;
  if (format === 'toolhive') return true;
  throw new DomainError('invalid-request', "Unsupported format. Supported formats: 'toolhive', 'upstream'");
}

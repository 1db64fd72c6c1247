import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../auth/access.js';
import type { ReplyBytes } from '../http/reply-bytes.js';
import type { VisibilitySet } from '../model/claims.js';
import { AdminRoute } from './admin-route.decorator.js';
import { CallerVisibility } from './caller-visibility.decorator.js';
import { ListParameters, type PageParameters } from './list-parameters.js';
import { QuarantineList, Run, RunList } from './run.schema.js';
import { SourceEntryList, SourceInfo, SourceList } from './source.schema.js';
import { SourcesService } from './sources.service.js';

/** The sources of this server: what they are, what they hold and how their rounds went. */
@ApiTags('administration')
@Access('manageSources')
@Controller('v1')
export class SourcesController {
  constructor(private readonly sources: SourcesService) {}

  @Get('sources')
  @AdminRoute('List the sources with their status', SourceList)
  listSources(
    @CallerVisibility() visibility: VisibilitySet,
    @Query({ schema: ListParameters }) page: PageParameters,
  ): ReplyBytes {
    return this.sources.list(visibility, page);
  }

  @Get('sources/:name')
  @AdminRoute('Show a source with its status', SourceInfo)
  getSource(@Param('name') name: string, @CallerVisibility() visibility: VisibilitySet): ReplyBytes {
    return this.sources.get(name, visibility);
  }

  @Get('sources/:name/entries')
  @AdminRoute('List the entries of a source', SourceEntryList)
  listSourceEntries(
    @Param('name') name: string,
    @CallerVisibility() visibility: VisibilitySet,
    @Query({ schema: ListParameters }) page: PageParameters,
  ): ReplyBytes {
    return this.sources.entries(name, visibility, page);
  }

  @Get('sources/:name/runs')
  @AdminRoute('List the last runs of a source that changed something or failed, newest first', RunList)
  listRuns(
    @Param('name') name: string,
    @CallerVisibility() visibility: VisibilitySet,
    @Query({ schema: ListParameters }) page: PageParameters,
  ): ReplyBytes {
    return this.sources.runs(name, visibility, page);
  }

  @Get('sources/:name/quarantine')
  @AdminRoute('List the documents that the last successful round of a source refused', QuarantineList)
  listQuarantine(
    @Param('name') name: string,
    @CallerVisibility() visibility: VisibilitySet,
    @Query({ schema: ListParameters }) page: PageParameters,
  ): ReplyBytes {
    return this.sources.quarantine(name, visibility, page);
  }

  @Get('runs/:id')
  @AdminRoute('Show a run with the names of what it changed', Run)
  getRun(@Param('id') id: string, @CallerVisibility() visibility: VisibilitySet): ReplyBytes {
    return this.sources.run(id, visibility);
  }
}

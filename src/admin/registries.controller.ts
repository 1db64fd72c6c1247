import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../auth/access.js';
import type { ReplyBytes } from '../http/reply-bytes.js';
import type { VisibilitySet } from '../model/claims.js';
import { AdminRoute } from './admin-route.decorator.js';
import { CallerVisibility } from './caller-visibility.decorator.js';
import { ListParameters, type PageParameters } from './list-parameters.js';
import { RegistryDefinitionInfo, RegistryDefinitionList, RegistryEntryList } from './registry.schema.js';
import { RegistriesService } from './registries.service.js';

/** The registries of this server as their administrators see them. */
@ApiTags('administration')
@Access('manageRegistries')
@Controller('v1/registries')
export class AdminRegistriesController {
  constructor(private readonly registries: RegistriesService) {}

  @Get()
  @AdminRoute('List the registries with their sources', RegistryDefinitionList)
  listRegistryDefinitions(
    @CallerVisibility() visibility: VisibilitySet,
    @Query({ schema: ListParameters }) page: PageParameters,
  ): ReplyBytes {
    return this.registries.list(visibility, page);
  }

  @Get(':name')
  @AdminRoute('Show a registry', RegistryDefinitionInfo)
  getRegistryDefinition(
    @Param('name') name: string,
    @CallerVisibility() visibility: VisibilitySet,
  ): ReplyBytes {
    return this.registries.get(name, visibility);
  }

  @Get(':name/entries')
  @AdminRoute('List what the sources of a registry hold, hidden entries included', RegistryEntryList)
  listRegistryEntries(
    @Param('name') name: string,
    @CallerVisibility() visibility: VisibilitySet,
    @Query({ schema: ListParameters }) page: PageParameters,
  ): ReplyBytes {
    return this.registries.entries(name, visibility, page);
  }
}

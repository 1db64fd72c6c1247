import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/catalog.module.js';
import { ApiDescription } from '../http/api-description.js';
import { SourcesModule } from '../sources/sources.module.js';
import { ApiDescriptionController } from './api-description.controller.js';
import { PluginsController, SkillsController } from './artifacts.controller.js';
import { AuditTrail } from './audit-trail.js';
import { DeployedController } from './deployed.controller.js';
import { DeployedService } from './deployed.service.js';
import { RegistriesController } from './registries.controller.js';
import { ReadPath } from './read-path.js';
import { RegistryService } from './registry.service.js';
import { ServersController } from './servers.controller.js';
import { ServiceInfoController } from './service-info.controller.js';
import { ToolHiveApiController } from './toolhive-api.controller.js';
import { ToolHiveApiService } from './toolhive-api.service.js';
import { WritesController } from './writes.controller.js';

/** The read API of the registries. */
@Module({
  imports: [CatalogModule, SourcesModule],
  controllers: [
    RegistriesController,
    ServersController,
    SkillsController,
    PluginsController,
    ServiceInfoController,
    ToolHiveApiController,
    DeployedController,
    WritesController,
    ApiDescriptionController,
  ],
  providers: [ApiDescription, AuditTrail, DeployedService, ReadPath, RegistryService, ToolHiveApiService],
  exports: [ApiDescription],
})
export class RegistryModule {}

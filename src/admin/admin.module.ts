import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/catalog.module.js';
import { SyncModule } from '../sync/sync.module.js';
import { AdminRegistriesController } from './registries.controller.js';
import { RegistriesService } from './registries.service.js';
import { SourcesController } from './sources.controller.js';
import { SourcesService } from './sources.service.js';

/** What administrators see of sources, their rounds and registries (`/v1`). */
@Module({
  imports: [CatalogModule, SyncModule],
  controllers: [SourcesController, AdminRegistriesController],
  providers: [SourcesService, RegistriesService],
})
export class AdminModule {}

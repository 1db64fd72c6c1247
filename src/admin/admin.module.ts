import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/catalog.module.js';
import { SyncModule } from '../sync/sync.module.js';
import { ClientViews } from './client-views.js';
import { AdminRegistriesController } from './registries.controller.js';
import { RegistriesService } from './registries.service.js';
import { SourcesController } from './sources.controller.js';
import { SourcesService } from './sources.service.js';
import { ViewPath } from './view-path.js';
import { ViewsController } from './views.controller.js';
import { ViewsService } from './views.service.js';

/** What administrators see of sources, their rounds and registries (`/v1`). */
@Module({
  imports: [CatalogModule, SyncModule],
  controllers: [SourcesController, AdminRegistriesController, ViewsController],
  providers: [SourcesService, RegistriesService, ClientViews, ViewPath, ViewsService],
})
export class AdminModule {}

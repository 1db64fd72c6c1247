import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/catalog.module.js';
import { SyncModule } from '../sync/sync.module.js';
import { HealthController } from './health.controller.js';
import { Lifecycle } from './lifecycle.js';
import { Readiness } from './readiness.js';

/** Probes and the state of the process. */
@Module({
  imports: [CatalogModule, SyncModule],
  controllers: [HealthController],
  providers: [Lifecycle, Readiness],
  exports: [Lifecycle],
})
export class HealthModule {}

import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/catalog.module.js';
import { systemClock } from '../common/clock.js';
import { CLOCK } from '../sync/clock.token.js';
import { SyncModule } from '../sync/sync.module.js';
import { HealthController } from './health.controller.js';
import { Lifecycle } from './lifecycle.js';
import { Readiness } from './readiness.js';

/** Probes and the state of the process. */
@Module({
  imports: [CatalogModule, SyncModule],
  controllers: [HealthController],
  providers: [{ provide: CLOCK, useValue: systemClock }, Lifecycle, Readiness],
  exports: [Lifecycle],
})
export class HealthModule {}

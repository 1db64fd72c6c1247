import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { systemClock } from '../common/clock.js';
import { SourcesModule } from '../sources/sources.module.js';
import { CLOCK } from './clock.token.js';
import { SyncProgress } from './sync-progress.js';
import { SyncScheduler } from './sync.scheduler.js';
import { SyncService } from './sync.service.js';

/** Keeps the stored catalogue what its sources hold. */
@Module({
  imports: [ScheduleModule.forRoot(), SourcesModule],
  providers: [{ provide: CLOCK, useValue: systemClock }, SyncProgress, SyncService, SyncScheduler],
  exports: [SyncProgress, SyncService],
})
export class SyncModule {}

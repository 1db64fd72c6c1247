import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { RoundsModule } from './rounds.module.js';
import { RunHistory } from './run-history.js';
import { StatusFiles } from './status-files.js';
import { SyncProgress } from './sync-progress.js';
import { SyncScheduler } from './sync.scheduler.js';

/** Keeps the stored catalogue what its sources hold. */
@Module({
  imports: [ScheduleModule.forRoot(), RoundsModule],
  providers: [SyncProgress, RunHistory, StatusFiles, SyncScheduler],
  exports: [RoundsModule, SyncProgress, RunHistory],
})
export class SyncModule {}

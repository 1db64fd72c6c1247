import { Module } from '@nestjs/common';
import { systemClock } from '../common/clock.js';
import { SourcesModule } from '../sources/sources.module.js';
import { CLOCK } from './clock.token.js';
import { SyncService } from './sync.service.js';

/** Single rounds, for whoever decides when they run. */
@Module({
  imports: [SourcesModule],
  providers: [{ provide: CLOCK, useValue: systemClock }, SyncService],
  exports: [CLOCK, SyncService],
})
export class RoundsModule {}

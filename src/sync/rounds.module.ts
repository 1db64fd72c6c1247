import { Module } from '@nestjs/common';
import { systemClock } from '../common/clock.js';
import { SourcesModule } from '../sources/sources.module.js';
import { CLOCK } from './clock.token.js';
import { LeasedRounds } from './leased-rounds.js';
import { SyncService } from './sync.service.js';

/** Single rounds, for whoever decides when they run. */
@Module({
  imports: [SourcesModule],
  providers: [{ provide: CLOCK, useValue: systemClock }, SyncService, LeasedRounds],
  exports: [CLOCK, SyncService, LeasedRounds],
})
export class RoundsModule {}

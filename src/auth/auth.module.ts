import { Global, Module } from '@nestjs/common';
import { AccessDecision } from './access-decision.js';

/** Who may see and do what. */
@Global()
@Module({ providers: [AccessDecision], exports: [AccessDecision] })
export class AuthModule {}

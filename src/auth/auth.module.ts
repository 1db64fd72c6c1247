import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Visibilities } from '../model/visibility.js';
import { AccessDecision } from './access-decision.js';
import { AccessRules } from './access-rules.js';
import { AccessGuard } from './access.guard.js';
import { ProtectedResource } from './protected-resource.js';
import { TokenVerifier } from './token-verifier.js';

/** Who may see and do what. */
@Global()
@Module({
  providers: [
    AccessDecision,
    AccessRules,
    ProtectedResource,
    TokenVerifier,
    Visibilities,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [AccessDecision, AccessRules, ProtectedResource, Visibilities],
})
export class AuthModule {}

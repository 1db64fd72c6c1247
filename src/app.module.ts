import { type DynamicModule, Module } from '@nestjs/common';
import { AdminModule } from './admin/admin.module.js';
import { IdentityModule } from './admin/identity.module.js';
import { AuthModule } from './auth/auth.module.js';
import { ServerConfigModule } from './config/config.module.js';
import type { RegistryConfig } from './config/registry-config.js';
import { DatabaseModule } from './database/database.module.js';
import { HealthModule } from './health/health.module.js';
import { RegistryModule } from './registry/registry.module.js';
import { SyncModule } from './sync/sync.module.js';

/** The server: every module of it. */
@Module({
  imports: [
    AuthModule,
    DatabaseModule,
    SyncModule,
    RegistryModule,
    AdminModule,
    IdentityModule,
    HealthModule,
  ],
})
export class AppModule {
  /** The server under one reading of its configuration. */
  static forConfig(config: RegistryConfig): DynamicModule {
    return { module: AppModule, imports: [ServerConfigModule.forConfig(config)] };
  }
}

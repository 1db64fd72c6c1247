import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import { LiveConfig } from './live-config.js';
import type { RegistryConfig } from './registry-config.js';

/** Injection token of the configuration that the program started with: `@Inject(REGISTRY_CONFIG) config: RegistryConfig`. */
export const REGISTRY_CONFIG = Symbol('RegistryConfig');

/** Gives every module the configuration: as it was read before the program was put together, and as it is now. */
@Module({})
export class ServerConfigModule {
  /** `config` is handed on as it is; neither `.env` files nor `process.env` are looked at again. */
  static forConfig(config: RegistryConfig): DynamicModule {
    const namespace = registerAs('registry', () => config);
    return {
      module: ServerConfigModule,
      global: true,
      imports: [
        ConfigModule.forRoot({
          load: [namespace],
          ignoreEnvFile: true,
          validatePredefined: false,
          skipProcessEnv: true,
        }),
      ],
      providers: [
        { provide: REGISTRY_CONFIG, useExisting: namespace.KEY },
        { provide: LiveConfig, useValue: new LiveConfig(config) },
      ],
      exports: [REGISTRY_CONFIG, LiveConfig],
    };
  }
}

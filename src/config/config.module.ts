import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import type { RegistryConfig } from './registry-config.js';

/** Injection token of the one frozen `RegistryConfig`: `@Inject(REGISTRY_CONFIG) config: RegistryConfig`. */
export const REGISTRY_CONFIG = Symbol('RegistryConfig');

/** Gives every module the configuration that was read before the program was put together. */
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
      providers: [{ provide: REGISTRY_CONFIG, useExisting: namespace.KEY }],
      exports: [REGISTRY_CONFIG],
    };
  }
}

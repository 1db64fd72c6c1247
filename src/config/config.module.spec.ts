import 'reflect-metadata';
import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.loader.js';
import { REGISTRY_CONFIG, ServerConfigModule } from './config.module.js';
import type { RegistryConfig } from './registry-config.js';

@Injectable()
class Reader {
  constructor(@Inject(REGISTRY_CONFIG) readonly config: RegistryConfig) {}
}

@Module({ providers: [Reader], exports: [Reader] })
class FarAwayModule {}

describe('ServerConfigModule', () => {
  it('gives the very configuration that was read to every module', async () => {
    const { config } = await loadConfig({ env: {} });

    const app = await NestFactory.createApplicationContext(
      { module: FarAwayModule, imports: [ServerConfigModule.forConfig(config)] },
      { logger: false, abortOnError: false },
    );

    expect(app.get(Reader).config).toBe(config);
    await app.close();
  });
});

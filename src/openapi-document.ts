import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { loadConfig } from './config/config.loader.js';
import { describeApi } from './http/api-description.js';

/** The API description as it is committed. It needs no store: nothing of the application is started. */
export async function renderOpenApi(): Promise<string> {
  const { config } = await loadConfig({ env: {} });
  const app = await NestFactory.create(AppModule.forConfig(config), { preview: true, logger: false });
  return `${JSON.stringify(describeApi(app), null, 2)}\n`;
}

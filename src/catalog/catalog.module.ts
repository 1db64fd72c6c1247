import { Module } from '@nestjs/common';
import { CatalogLoader } from './catalog-loader.js';
import { CatalogService } from './catalog.service.js';

@Module({ providers: [CatalogLoader, CatalogService], exports: [CatalogService] })
export class CatalogModule {}

import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/catalog.module.js';
import { ExplainController } from './explain.controller.js';
import { ExplainService } from './explain.service.js';
import { MeController } from './me.controller.js';
import { ProtectedResourceController } from './protected-resource.controller.js';

/** Who the caller is, how it becomes one, and why it sees what it sees. */
@Module({
  imports: [CatalogModule],
  controllers: [MeController, ExplainController, ProtectedResourceController],
  providers: [ExplainService],
})
export class IdentityModule {}

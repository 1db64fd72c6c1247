import { Module } from '@nestjs/common';
import { ApiProvider } from './api/api.provider.js';
import { FileProvider } from './file/file.provider.js';
import { GitProvider } from './git/git.provider.js';
import { ClusterObjects } from './kubernetes/cluster-objects.js';
import { KubernetesProvider } from './kubernetes/kubernetes.provider.js';
import { ManagedProvider } from './managed/managed.provider.js';
import { SOURCE_PROVIDERS, type SourceProvider, type SourceProviders } from './source-provider.js';

/** Every kind of source that can be fetched: a new one is a folder and a line here. */
const PROVIDERS = [ApiProvider, FileProvider, GitProvider, KubernetesProvider, ManagedProvider];

@Module({
  providers: [
    ClusterObjects,
    ...PROVIDERS,
    {
      provide: SOURCE_PROVIDERS,
      useFactory: (...providers: SourceProvider[]): SourceProviders =>
        new Map(providers.map((provider) => [provider.kind, provider])),
      inject: PROVIDERS,
    },
  ],
  exports: [SOURCE_PROVIDERS, ClusterObjects],
})
export class SourcesModule {}

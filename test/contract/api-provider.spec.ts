import { ApiProvider } from '../../src/sources/api/api.provider.js';
import { apiSource } from '../support/api-sources.js';
import { UpstreamRegistry, zeros } from '../support/upstream-registry.js';
import { describeSourceProvider } from './source-provider.contract.js';

describeSourceProvider('api', async () => {
  const upstream = await UpstreamRegistry.open();
  const endpoint = upstream.url;
  return {
    provider: new ApiProvider(),
    source: (maxSize) => apiSource(endpoint, maxSize === undefined ? {} : { maxSize }),
    publish: (content) => {
      upstream.content = content;
      return Promise.resolve();
    },
    publishZeros: (bytes) => {
      upstream.faults = [zeros(bytes)];
      return Promise.resolve();
    },
    remove: () => upstream.close(),
    isChoosy: true,
    files: () => Promise.resolve([]),
    close: () => upstream.close(),
  };
});

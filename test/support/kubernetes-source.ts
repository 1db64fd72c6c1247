import type { KubernetesSettings, SourceConfig } from '../../src/config/registry-config.js';

/** A source of Kubernetes objects, as the configuration describes it. */
export type KubernetesSource = SourceConfig & { readonly kind: 'kubernetes' };

/** A source named `cluster` that is read every hour, and else when it tells of a change. */
export function kubernetesSource(settings: Partial<KubernetesSettings>): KubernetesSource {
  return {
    name: 'cluster',
    kind: 'kubernetes',
    kubernetes: { maxSize: 100 * 1024 * 1024, ...settings },
    syncPolicy: {
      intervalMs: 3_600_000,
      timeoutMs: 30_000,
      retry: { maxAttempts: 5, initialDelayMs: 100, maxDelayMs: 500 },
      allowMassRemoval: true,
    },
  };
}

import type { Finding } from './config-problems.js';
import type { RegistryConfig } from './registry-config.js';

/** Several workers on a store that only one process can open. */
export function workerProblems({ server, database }: RegistryConfig): Finding[] {
  if (server.workers === 1 || database !== undefined) return [];
  const message = 'above 1 needs database: only one process at a time can open the embedded store';
  return [{ path: ['server', 'workers'], message }];
}

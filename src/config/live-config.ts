import { BehaviorSubject, type Observable, skip } from 'rxjs';
import type { RegistryConfig } from './registry-config.js';

/**
 * The configuration as it is now: the one that the program started with, until a reload replaces it. Whoever reads
 * what a reload may change (sources, registries) asks here; `REGISTRY_CONFIG` has the first reading for ever.
 */
export class LiveConfig {
  private readonly readings: BehaviorSubject<RegistryConfig>;
  /** Every later reading, as it takes effect. */
  readonly changes: Observable<RegistryConfig>;

  constructor(first: RegistryConfig) {
    this.readings = new BehaviorSubject(first);
    this.changes = this.readings.pipe(skip(1));
  }

  get current(): RegistryConfig {
    return this.readings.value;
  }

  /** Makes `next` the configuration of everybody who asks from now on. */
  replace(next: RegistryConfig): void {
    this.readings.next(next);
  }
}

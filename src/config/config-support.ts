import type { ConfigPath } from './config-path.js';
import type { Finding } from './config-problems.js';
import type { RegistryConfig } from './registry-config.js';

/** Something that the schema knows and the program cannot do yet. */
export interface UnsupportedFeature {
  /** The key that asks for it, as the documentation spells it. */
  readonly key: string;
  readonly message: string;
  /** Where a configuration asks for it. */
  readonly uses: (config: RegistryConfig) => readonly ConfigPath[];
}

/**
 * Starting without one of these would serve less, or to more people, than the author of the configuration wanted, so
 * each is refused when the configuration is read. Whoever builds one removes its line.
 */
export const UNSUPPORTED_FEATURES: readonly UnsupportedFeature[] = [
  ofBlock('database.dynamicAuth', 'dynamic credentials are not supported: use a password file', (config) => {
    return config.database?.dynamicAuth !== undefined;
  }),
  ofBlock('auth.allowAnonymousWrites', 'anonymous writes are not supported yet', (config) => {
    return config.auth.allowAnonymousWrites;
  }),
  ofBlock('server.tls', 'https is not supported yet: put a proxy in front that ends it', (config) => {
    return config.server.tls !== undefined;
  }),
  ofBlock('server.rateLimit', 'rate limits are not supported yet', (config) => {
    return config.server.rateLimit !== undefined;
  }),
];

/** Everything that a valid configuration asks for and the program cannot do yet. */
export function unsupportedProblems(config: RegistryConfig): Finding[] {
  return UNSUPPORTED_FEATURES.flatMap(({ message, uses }) => uses(config).map((path) => ({ path, message })));
}

function ofBlock(
  key: string,
  message: string,
  asks: (config: RegistryConfig) => boolean,
): UnsupportedFeature {
  return { key, message, uses: (config) => (asks(config) ? [key.split('.')] : []) };
}

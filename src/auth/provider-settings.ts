import type { AuthConfig } from '../config/registry-config.js';

type OAuthConfig = NonNullable<AuthConfig['oauth']>;

/** One identity provider as the configuration has it, with the client secret of the command line. */
export type ProviderSettings = OAuthConfig['providers'][number] & {
  /** Used where no file holds one. */
  readonly clientSecret?: string;
};

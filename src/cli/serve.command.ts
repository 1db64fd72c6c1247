import { Command, Help, Option } from 'nest-commander';
import { ProgramCommand } from './program-command.js';
import { serveOptions, type ServeFlags } from './serve-flags.js';
import { UsageError } from './usage-error.js';

/** `serve`: everything but its flags is in `serve.ts`, which is loaded only here. */
@Command({ name: 'serve', description: 'run the registry server until it is told to stop' })
export class ServeCommand extends ProgramCommand {
  override async run(_args: string[], flags: ServeFlags = {}): Promise<void> {
    const options = serveOptions(flags);
    const { serve } = await import('../serve.js');
    await serve(options);
  }

  @Option({
    flags: '--config <file>',
    description: 'configuration in YAML; without it, the sample registry is served from memory',
  })
  config(value: string): string {
    return value;
  }

  @Option({
    flags: '--address <address>',
    description: 'where to listen: HOST:PORT, :PORT or PORT (default :8080)',
  })
  address(value: string): string {
    return value;
  }

  @Option({ flags: '--host <host>', description: 'address to listen at, alone with port 8080' })
  host(value: string): string {
    return value;
  }

  @Option({
    flags: '--port <port>',
    description: 'port to listen at, alone on 127.0.0.1; 0 takes a free one',
  })
  port(value: string): string {
    if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return value;
    throw new UsageError('It is a number from 0 to 65535.');
  }

  @Option({ flags: '--socket <path>', description: 'Unix domain socket to listen at instead' })
  socket(value: string): string {
    return value;
  }

  @Option({
    flags: '--internal-address <address>',
    description: 'where the probes are answered besides (default :8081), or off',
  })
  internalAddress(value: string): string {
    return value;
  }

  @Option({
    flags: '--auth-mode <mode>',
    description: 'anonymous (default), or oauth: every reader needs a token',
  })
  authMode(value: string): string {
    if (value === 'anonymous' || value === 'oauth') return value;
    throw new UsageError('It is anonymous or oauth.');
  }

  @Option({ flags: '--openapi', description: 'serve the OpenAPI document and Swagger UI (default)' })
  openapi(): boolean {
    return true;
  }

  @Option({ flags: '--no-openapi', description: 'serve neither' })
  noOpenapi(): boolean {
    return false;
  }

  @Option({ flags: '--oidc-issuer <url>', description: 'accept tokens of this issuer' })
  oidcIssuer(value: string): string {
    return value;
  }

  @Option({ flags: '--oidc-audience <audience>', description: 'audience that tokens must be for' })
  oidcAudience(value: string): string {
    return value;
  }

  @Option({
    flags: '--oidc-jwks-url <url>',
    description: 'keys that sign tokens; else the issuer names them',
  })
  oidcJwksUrl(value: string): string {
    return value;
  }

  @Option({
    flags: '--oidc-introspection-url <url>',
    description: 'where opaque tokens are checked (RFC 7662)',
  })
  oidcIntrospectionUrl(value: string): string {
    return value;
  }

  @Option({ flags: '--oidc-client-id <id>', description: 'client that may introspect' })
  oidcClientId(value: string): string {
    return value;
  }

  @Option({
    flags: '--oidc-client-secret <secret>',
    description: 'its secret; TOOLHIVE_OIDC_CLIENT_SECRET shows it to fewer eyes',
  })
  oidcClientSecret(value: string): string {
    return value;
  }

  @Option({
    flags: '--oidc-scopes <scopes>',
    description: 'scopes that clients are told to ask for, separated by commas (default openid)',
  })
  oidcScopes(value: string): string {
    return value;
  }

  @Help('after')
  combinations(): string {
    return `
--address excludes --host and --port; --socket overrides all three. With --host, --port or --socket the internal
listener is off unless --internal-address asks for it.

Any of --oidc-issuer, --oidc-jwks-url and --oidc-introspection-url makes one identity provider and switches
authentication on; what is not given is not checked, and a warning says so.`;
  }
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import type { ServerCertificate } from './certificates.js';
import { seconds, SigningKey, type TokenParts } from './signing-key.js';

/** The audience of the registry under test. */
export const AUDIENCE = 'https://registry.test';

/** Client that gets tokens, and may introspect them. */
export const CLIENT = { id: 'registry', secret: 'a secret with : and % in it' };

/** How a product differs from what the package does by itself. */
export interface ProviderShape {
  /** Path of the issuer, such as `/realms/acme`. */
  readonly path: string;
  /** Audience of the tokens that it issues. */
  readonly audience: string;
  /** Paths of its endpoints below that of the issuer, by the package's names. */
  readonly routes?: Readonly<Record<string, string>>;
}

/** Claims that the provider adds to the tokens it issues, until they are changed. */
type ExtraClaims = Readonly<Record<string, unknown>>;

/**
 * A real identity provider (oidc-provider) on 127.0.0.1 for client credentials: JSON Web Tokens for `AUDIENCE`, opaque
 * ones for `<AUDIENCE>/opaque`. Its keys are known to the test, which can sign any token in its name.
 */
export class IdentityProvider {
  /** Paths of the requests that it was sent. */
  readonly requests: string[] = [];
  /** What it answers instead of its own, by path. */
  readonly answers = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>();
  extraClaims: ExtraClaims = {};
  private server: Server | undefined;
  private handler: ReturnType<Provider['callback']> = (_request, response) => response.end();
  private port = 0;

  constructor(
    public key = new SigningKey('first'),
    private readonly certificate?: ServerCertificate,
    private readonly shape: ProviderShape = { path: '', audience: AUDIENCE },
  ) {}

  get origin(): string {
    const scheme = this.certificate === undefined ? 'http' : 'https';
    return `${scheme}://127.0.0.1:${this.port}`;
  }

  get issuer(): string {
    return this.origin + this.shape.path;
  }

  async start(): Promise<this> {
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      const [path = ''] = (request.url ?? '').split('?', 1);
      this.requests.push(path);
      (this.answers.get(path) ?? this.mounted)(request, response);
    };
    this.server = this.certificate ? createTlsServer(this.certificate, listener) : createServer(listener);
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
    this.rotate(this.key);
    return this;
  }

  /** Goes away, as a provider that is down; `start` brings it back at the same address. */
  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  /** Signs with another key from now on, and no longer publishes the last one. */
  rotate(key: SigningKey): void {
    this.key = key;
    this.handler = new Provider(this.issuer, this.settings()).callback();
  }

  /** The package below the path of the issuer, as frameworks mount it. */
  private readonly mounted = (
    request: IncomingMessage & { originalUrl?: string },
    response: ServerResponse,
  ) => {
    const { url = '/' } = request;
    request.originalUrl = url;
    if (url.startsWith(this.shape.path)) request.url = url.slice(this.shape.path.length);
    this.handler(request, response);
  };

  /** How often a path was asked for. */
  count(path: string): number {
    return this.requests.filter((asked) => asked === path).length;
  }

  /** A token in the name of this provider; undefined leaves a usual claim out. */
  sign(claims: TokenParts = {}, header: TokenParts = {}): string {
    const usual = { iss: this.issuer, aud: this.shape.audience, sub: 'somebody', exp: seconds(300) };
    return this.key.sign({ ...usual, ...claims }, header);
  }

  /** A token that the provider issues by itself. */
  async issue(resource = AUDIENCE): Promise<string> {
    const basic = `${encodeURIComponent(CLIENT.id)}:${encodeURIComponent(CLIENT.secret)}`;
    const response = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(basic).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource }),
    });
    const { access_token: token } = (await response.json()) as { access_token?: string };
    if (token === undefined) throw new Error(`The provider issued no token: ${response.status}`);
    return token;
  }

  private settings(): object {
    const { audience, routes } = this.shape;
    const accessTokenFormat = (resource: string) => (resource.endsWith('/opaque') ? 'opaque' : 'jwt');
    return {
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
      ],
      jwks: { keys: [this.key.privateJwk] },
      ttl: { ClientCredentials: 600 },
      ...(routes !== undefined && { routes }),
      extraTokenClaims: () => ({ sub: CLIENT.id, ...this.extraClaims }),
      features: {
        clientCredentials: { enabled: true },
        devInteractions: { enabled: false },
        introspection: { enabled: true, allowedPolicy: () => true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => AUDIENCE,
          getResourceServerInfo: (_context: unknown, resource: string) => ({
            scope: '',
            audience,
            accessTokenFormat: accessTokenFormat(resource),
            jwt: { sign: { alg: this.key.algorithm } },
          }),
        },
      },
    };
  }
}

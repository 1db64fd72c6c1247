import { execFileSync } from 'node:child_process';
import { createHash, createPrivateKey, type JsonWebKey, randomUUID, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seconds, SigningKey, type TokenParts } from './signing-key.js';

/**
 * Microsoft Entra ID as far as an API sees it, on two ports of 127.0.0.1: where people log in, and the issuer of tokens
 * of version 1. All tenants share its keys, which have a certificate and name no algorithm.
 */
export class EntraIssuer {
  readonly tenant = randomUUID();
  readonly clientId = randomUUID();
  /** Paths of the requests that it was sent. */
  readonly requests: string[] = [];
  private readonly key = new SigningKey('named by its certificate');
  private readonly published = publish(this.key);
  private readonly publishedBefore = publish(new SigningKey('of last month'));
  private readonly servers: Server[] = [];
  /** In place of `https://login.microsoftonline.com`. */
  login = '';
  /** In place of `https://sts.windows.net`. */
  sts = '';

  async start(): Promise<this> {
    this.login = await this.serve((path) => this.loginDocument(path));
    this.sts = await this.serve((path) => this.stsDocument(path));
    return this;
  }

  async stop(): Promise<void> {
    for (const server of this.servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  /** A token of version 2 for a person; undefined leaves a usual claim out. */
  token(claims: TokenParts = {}): string {
    const usual = {
      ...this.person(),
      aud: this.clientId,
      iss: `${this.login}/${this.tenant}/v2.0`,
      azp: this.clientId,
      azpacr: '1',
      preferred_username: 'ann@example.com',
      ver: '2.0',
    };
    return this.key.sign({ ...usual, ...claims }, { kid: this.published.kid });
  }

  /** A token of version 1, which applications get that have not asked for the other. */
  olderToken(claims: TokenParts = {}): string {
    const usual = {
      ...this.person(),
      aud: `api://${this.clientId}`,
      iss: `${this.sts}/${this.tenant}/`,
      acr: '1',
      amr: ['pwd'],
      appid: this.clientId,
      appidacr: '1',
      unique_name: 'ann@example.com',
      upn: 'ann@example.com',
      ver: '1.0',
    };
    return this.key.sign({ ...usual, ...claims }, { kid: this.published.kid, x5t: this.published.kid });
  }

  private person(): TokenParts {
    return {
      iat: seconds(-1),
      nbf: seconds(-1),
      exp: seconds(4_000),
      aio: 'ATQAy/8TAAAA',
      name: 'Ann',
      oid: randomUUID(),
      scp: 'registry.read profile',
      sub: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
      tid: this.tenant,
      uti: 'fqiBqXLPj0eQa82S-IYFAA',
    };
  }

  private loginDocument(path: string): object | undefined {
    const base = `/${this.tenant}`;
    if (path === `${base}/v2.0/.well-known/openid-configuration`) {
      return this.discovery(`${this.login}${base}/v2.0`, `${base}/discovery/v2.0/keys`);
    }
    const isKeys = path === `${base}/discovery/v2.0/keys` || path === '/common/discovery/keys';
    return isKeys ? { keys: [this.publishedBefore, this.published] } : undefined;
  }

  private stsDocument(path: string): object | undefined {
    if (path !== `/${this.tenant}/.well-known/openid-configuration`) return undefined;
    return this.discovery(`${this.sts}/${this.tenant}/`, '/common/discovery/keys');
  }

  private discovery(issuer: string, keys: string): object {
    return {
      token_endpoint: `${this.login}/${this.tenant}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
      jwks_uri: `${this.login}${keys}`,
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      issuer,
      authorization_endpoint: `${this.login}/${this.tenant}/oauth2/v2.0/authorize`,
      tenant_region_scope: 'EU',
      cloud_instance_name: 'microsoftonline.com',
    };
  }

  private async serve(documentAt: (path: string) => object | undefined): Promise<string> {
    const server = createServer((request, response) => {
      const [path = ''] = (request.url ?? '').split('?', 1);
      this.requests.push(path);
      const document = documentAt(path);
      response.writeHead(document === undefined ? 404 : 200, {
        'content-type': 'application/json; charset=utf-8',
      });
      response.end(JSON.stringify(document ?? { error: 'invalid_tenant' }));
    });
    this.servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
}

/** A key as the key set has it: named by the thumbprint of its certificate, and without an algorithm. */
function publish(key: SigningKey): { readonly kid: string } {
  const { alg: _alg, ...jwk } = key.publicJwk as { readonly alg: string };
  const { raw } = certificateOf(key);
  const kid = createHash('sha1').update(raw).digest('base64url');
  const certificate = { x5t: kid, x5c: [raw.toString('base64')] };
  return { ...jwk, ...certificate, kid };
}

/** A certificate for a key, signed with it. Needs the program `openssl`. */
function certificateOf(key: SigningKey): X509Certificate {
  const { privateJwk } = key;
  const pem = createPrivateKey({ key: privateJwk as JsonWebKey, format: 'jwk' }).export({
    type: 'pkcs8',
    format: 'pem',
  });
  const directory = mkdtempSync(join(tmpdir(), 'entra-'));
  try {
    const file = join(directory, 'key.pem');
    writeFileSync(file, pem, { mode: 0o600 });
    const subject = ['-subj', '/CN=accounts.accesscontrol.windows.net', '-days', '2'];
    return new X509Certificate(execFileSync('openssl', ['req', '-x509', '-key', file, ...subject]));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

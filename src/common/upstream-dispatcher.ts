import { X509Certificate } from 'node:crypto';
import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import * as tls from 'node:tls';
import { EnvHttpProxyAgent, Pool, type Dispatcher } from 'undici';
import { DomainError } from './domain-error.js';
import { isPrivateAddress } from './private-address.js';

/** Which upstreams a dispatcher trusts and reaches. */
export interface UpstreamOptions {
  /** PEM file of certificate authorities to trust besides those of the system. */
  readonly caCertPath?: string;
  /** False refuses addresses outside the public internet; true is the default. */
  readonly allowPrivate?: boolean;
}

/** Longest time for one connection to be made, in milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Longest time for a proxy to open a tunnel, in milliseconds. */
const TUNNEL_TIMEOUT_MS = 30_000;
/** Open connections to one origin; as many as sources may fetch at once. */
const CONNECTIONS = 64;
const MAX_CA_BYTES = 1024 * 1024;
const CERTIFICATE =
  /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (TRUSTED |X509 )?CERTIFICATE-----/g;
/** Dispatchers kept; a rotated file makes the one before unused, and its connections close when idle. */
const MAX_KEPT = 32;

const kept = new Map<string, Dispatcher>();

/**
 * The connections to upstreams, shared by everybody with the same options. It honours `HTTPS_PROXY`, `HTTP_PROXY` and
 * `NO_PROXY`; the proxy then resolves names, so with `allowPrivate: false` only written addresses can be refused.
 * The file is read at each call, so that a rotated one counts from the next request on.
 * @throws DomainError `invalid-configuration` when `caCertPath` cannot be used
 */
export function upstreamDispatcher(options: UpstreamOptions = {}): Dispatcher {
  const { caCertPath, allowPrivate = true } = options;
  const authorities = caCertPath === undefined ? '' : readAuthorities(caCertPath);
  const key = `${allowPrivate} ${authorities}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = makeDispatcher(authorities, allowPrivate, caCertPath ?? '');
  const oldest = kept.keys().next();
  if (kept.size >= MAX_KEPT && !oldest.done) kept.delete(oldest.value);
  kept.set(key, made);
  return made;
}

function makeDispatcher(authorities: string, allowPrivate: boolean, path: string): Dispatcher {
  const trust = authorities === '' ? {} : { secureContext: trusting(authorities, path) };
  const agent = new EnvHttpProxyAgent({
    connections: CONNECTIONS,
    connect: { timeout: CONNECT_TIMEOUT_MS, ...trust, ...(!allowPrivate && { lookup: publicLookup }) },
    requestTls: { timeout: CONNECT_TIMEOUT_MS, ...trust },
    proxyTls: { timeout: CONNECT_TIMEOUT_MS, ...trust },
    // Proxies commonly allow tunnels to port 443 alone; plain http is forwarded.
    proxyTunnel: false,
    clientFactory: (origin, pool: object) => new Pool(origin, { ...pool, headersTimeout: TUNNEL_TIMEOUT_MS }),
  });
  if (allowPrivate) return agent;
  return agent.compose((dispatch) => (request, handler) => {
    // An address needs no look-up, so the connector would not see it.
    refuseAddress(new URL(String(request.origin)).hostname.replace(/^\[|\]$/g, ''));
    return dispatch(request, handler);
  });
}

/** One context for all connections: reading the authorities for each would cost milliseconds every time. */
function trusting(authorities: string, path: string): tls.SecureContext {
  // Before Node 22.15 the authorities of NODE_EXTRA_CA_CERTS cannot be listed, and the bundled ones have to do.
  const { getCACertificates } = tls as { getCACertificates?: (type: 'default') => string[] };
  const usual = getCACertificates?.('default') ?? tls.rootCertificates;
  try {
    // Making a context skips what it cannot read, so each certificate is looked at here.
    authorities.match(CERTIFICATE)?.map((certificate) => new X509Certificate(certificate));
    return tls.createSecureContext({ ca: [...usual, authorities] });
  } catch (error) {
    throw unusable(path, 'it holds a broken certificate', error);
  }
}

function readAuthorities(path: string): string {
  let file: number | undefined;
  try {
    // Without waiting: a FIFO would stop the whole process.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const about = fstatSync(file);
    if (!about.isFile()) throw new Error('it is not a regular file');
    if (about.size > MAX_CA_BYTES) throw new Error('it is larger than 1MiB');
    const text = readFileSync(file, 'latin1');
    if (text.search(CERTIFICATE) === -1) throw new Error('it holds no certificates in PEM form');
    return text;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'it does not exist' : (code ?? message);
    throw unusable(path, reason, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function unusable(path: string, reason: string, cause: unknown): DomainError {
  return new DomainError('invalid-configuration', `caCertPath: ${path} cannot be used: ${reason}`, { cause });
}

/** Resolves a name and refuses it when any of its addresses is private, whichever would have been used. */
const publicLookup: LookupFunction = (hostname, options: LookupOptions, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, '', 0);
    try {
      for (const { address } of addresses) refuseAddress(address, hostname);
    } catch (refusal) {
      return callback(refusal as Error, '', 0);
    }
    if (options.all) return callback(null, addresses);
    const [first] = addresses;
    callback(null, first?.address ?? '', first?.family ?? 0);
  });
};

function refuseAddress(address: string, name = address): void {
  if (!isPrivateAddress(address)) return;
  throw new DomainError(
    'address-forbidden',
    `${name} is not a public address, and only those may be used here`,
  );
}

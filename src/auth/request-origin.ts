import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { DomainError } from '../common/domain-error.js';
import { bareAddress, NetworkList } from '../common/network-list.js';

/** A host name, an IPv4 address or one of IPv6 in brackets, with or without a port: nothing that could end a header. */
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/** Ports that some proxies write behind an address. */
const HOP_PORT = /^(?:\[([0-9A-Fa-f:.]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/;

/** The proxies whose word about the original request is believed. */
export class TrustedProxies {
  private readonly networks: NetworkList;

  /** @param entries addresses and networks (`10.0.0.0/8`). @throws DomainError `invalid-configuration` */
  constructor(entries: readonly string[]) {
    try {
      this.networks = new NetworkList(entries);
    } catch (error) {
      const message = `server.trustedProxies: ${(error as Error).message}`;
      throw new DomainError('invalid-configuration', message, { cause: error });
    }
  }

  has(address: string | undefined): boolean {
    return this.networks.has(address);
  }
}

/**
 * The address that a request came from: of the connection, or what trusted proxies say, read from the nearest one on
 * until the first address that none of them has. What is no address there is nobody's.
 */
export function clientAddress(request: IncomingMessage, proxies: TrustedProxies): string {
  const { remoteAddress = '' } = request.socket;
  if (!proxies.has(remoteAddress)) return bareAddress(remoteAddress);
  const hops = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((hop) => hop.trim().replace(HOP_PORT, '$1$2'))
    .filter((hop) => hop !== '');
  return bareAddress(hops.findLast((hop) => !proxies.has(hop)) ?? hops[0] ?? remoteAddress);
}

/** Scheme and host under which the caller reached this server. `X-Forwarded-*` count from trusted proxies alone. */
export function requestOrigin(request: IncomingMessage, proxies: TrustedProxies): string {
  const isForwarded = proxies.has(request.socket.remoteAddress);
  const scheme = isForwarded ? firstOf(request.headers['x-forwarded-proto']) : undefined;
  const host = isForwarded ? firstOf(request.headers['x-forwarded-host']) : undefined;
  const ownScheme = (request.socket as Partial<TLSSocket>).encrypted === true ? 'https' : 'http';
  const hosts = [host, request.headers.host].filter((value) => value !== undefined && HOST.test(value));
  return `${scheme === 'http' || scheme === 'https' ? scheme : ownScheme}://${hosts[0] ?? 'localhost'}`;
}

function firstOf(header: string | string[] | undefined): string | undefined {
  const [first] = String(header ?? '').split(',', 1);
  return first?.trim().toLowerCase() || undefined;
}

import { BlockList, isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { DomainError } from '../common/domain-error.js';

/** A host name, an IPv4 address or one of IPv6 in brackets, with or without a port: nothing that could end a header. */
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/** The proxies whose word about the original request is believed. */
export class TrustedProxies {
  private readonly networks = new BlockList();

  /** @param entries addresses and networks (`10.0.0.0/8`). @throws DomainError `invalid-configuration` */
  constructor(entries: readonly string[]) {
    for (const entry of entries) this.add(entry);
  }

  has(address: string | undefined): boolean {
    const bare = address?.replace(/^::ffff:(?=\d+\.)/, '') ?? '';
    const version = isIP(bare);
    return version !== 0 && this.networks.check(bare, version === 4 ? 'ipv4' : 'ipv6');
  }

  private add(entry: string): void {
    const [address = '', prefix, more] = entry.split('/');
    const version = isIP(address);
    const length = prefix === undefined ? (version === 4 ? 32 : 128) : Number(prefix);
    const fits = Number.isInteger(length) && length >= 0 && length <= (version === 4 ? 32 : 128);
    if (version === 0 || !fits || prefix === '' || more !== undefined) {
      const message = `server.trustedProxies: '${entry}' is neither an IP address nor a network such as 10.0.0.0/8`;
      throw new DomainError('invalid-configuration', message);
    }
    this.networks.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6');
  }
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

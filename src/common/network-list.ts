import { BlockList, isIP } from 'node:net';

/** Addresses and networks (`10.0.0.0/8`, `fd00::/8`) that an address is looked up in. */
export class NetworkList {
  private readonly networks = new BlockList();

  /** @throws RangeError for an entry that is neither an address nor a network */
  constructor(entries: readonly string[]) {
    for (const entry of entries) this.add(entry);
  }

  has(address: string | undefined): boolean {
    const bare = bareAddress(address ?? '');
    const version = isIP(bare);
    return version !== 0 && this.networks.check(bare, version === 4 ? 'ipv4' : 'ipv6');
  }

  private add(entry: string): void {
    const [address = '', prefix, more] = entry.split('/');
    const version = isIP(address);
    const length = prefix === undefined ? (version === 4 ? 32 : 128) : Number(prefix);
    const fits = Number.isInteger(length) && length >= 0 && length <= (version === 4 ? 32 : 128);
    if (version === 0 || !fits || prefix === '' || more !== undefined) {
      throw new RangeError(`'${entry}' is neither an IP address nor a network such as 10.0.0.0/8`);
    }
    this.networks.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6');
  }
}

/** An IPv4 address that came over a socket of both versions, as IPv4 writes it; others as they are. */
export function bareAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

import { BlockList, isIP } from 'node:net';

/** IPv4 networks that are not reachable through the public internet (IANA special-purpose registry), and multicast. */
const PRIVATE_V4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** Parts of the global unicast space 2000::/3 that are not plain public addresses: protocol use, documentation, 6to4. */
const PRIVATE_V6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const forbidden = new BlockList();
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');
// NAT64 (RFC 6052) and mapped addresses are as public as the IPv4 address in them.
globalUnicast.addSubnet('64:ff9b::', 96, 'ipv6');
globalUnicast.addSubnet('::ffff:0:0', 96, 'ipv6');
for (const [network, prefix] of PRIVATE_V6) forbidden.addSubnet(network, prefix, 'ipv6');
for (const [network, prefix] of PRIVATE_V4) {
  forbidden.addSubnet(network, prefix, 'ipv4');
  forbidden.addSubnet(`64:ff9b::${network}`, 96 + prefix, 'ipv6');
  forbidden.addSubnet(`::ffff:${network}`, 96 + prefix, 'ipv6');
}

/** True for an IP address (without brackets) outside the public internet; false for other text. */
export function isPrivateAddress(address: string): boolean {
  const bare = address.replace(/%.*$/, '');
  const version = isIP(bare);
  if (version === 0) return false;
  if (version === 4) return forbidden.check(bare, 'ipv4');
  return !globalUnicast.check(bare, 'ipv6') || forbidden.check(bare, 'ipv6');
}

/** True for a web address on this machine, where plain http and private addresses are no danger. */
export function isLoopbackUrl(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

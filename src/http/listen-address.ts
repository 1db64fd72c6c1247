import { DomainError } from '../common/domain-error.js';

/** Where a server listens. An empty `host` is every interface; port 0 lets the system choose. */
export type ListenTarget =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'socket'; readonly path: string };

/** Flags of the command line that say where to listen. */
export interface ListenFlags {
  readonly address?: string;
  readonly host?: string;
  readonly port?: string | number;
  readonly socket?: string;
}

const HOST_ALONE = '127.0.0.1';
const PORT_ALONE = 8080;
const PIPE_PREFIX = '\\\\.\\pipe\\';
/** `PORT`, `:PORT`, `HOST:PORT` or `[IPv6]:PORT`; a colon within the host needs the brackets. */
const ADDRESS = /^(?:(?:\[(?<v6>[0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|(?<host>[^\s:/[\]]*)):)?(?<port>[^:]*)$/;
const HOST = /^[^\s/[\]]+$/;

/**
 * Where to listen by the flags, else `defaults`. `--socket` overrides all others; `--host` and `--port` complete
 * each other to 127.0.0.1:8080 and exclude `--address`. Throws `invalid-request` naming the flag that is wrong.
 */
export function resolveListenAddress(
  flags: ListenFlags,
  platform: NodeJS.Platform,
  defaults: ListenTarget,
): ListenTarget {
  if (flags.socket !== undefined) return socketTarget(flags.socket, platform);
  const hasParts = flags.host !== undefined || flags.port !== undefined;
  if (flags.address !== undefined && hasParts) {
    throw new DomainError('invalid-request', '--address cannot be combined with --host or --port');
  }
  if (flags.address !== undefined) return parseAddress(flags.address, '--address');
  if (!hasParts) return defaults;
  return {
    kind: 'tcp',
    host: flags.host === undefined ? HOST_ALONE : parseHost(flags.host),
    port: flags.port === undefined ? PORT_ALONE : parsePort(String(flags.port), '--port'),
  };
}

/**
 * Reads `HOST:PORT`, `[IPv6]:PORT`, `:PORT` or `PORT`. Throws `invalid-request` naming `flag`, the option that
 * the text came from.
 */
export function parseAddress(text: string, flag: string): ListenTarget {
  const parts = ADDRESS.exec(text)?.groups;
  if (parts === undefined) {
    throw new DomainError('invalid-request', `${flag} must be HOST:PORT, [IPV6]:PORT, :PORT or PORT`);
  }
  return {
    kind: 'tcp',
    host: parts['v6'] ?? parts['host'] ?? '',
    port: parsePort(parts['port'] ?? '', flag),
  };
}

/** True for a Windows named pipe (`\\.\pipe\NAME`), whatever the platform. */
export function isNamedPipe(path: string): boolean {
  return path.toLowerCase().startsWith(PIPE_PREFIX);
}

function socketTarget(path: string, platform: NodeJS.Platform): ListenTarget {
  if (path === '' || path.includes('\0')) {
    throw new DomainError('invalid-request', '--socket must be a path');
  }
  if (isNamedPipe(path) && platform !== 'win32') {
    throw new DomainError('invalid-request', 'named pipe addresses are only supported on Windows');
  }
  return { kind: 'socket', path };
}

function parseHost(text: string): string {
  const host = /^\[(.+)\]$/.exec(text)?.[1] ?? text;
  if (!HOST.test(host))
    throw new DomainError('invalid-request', '--host must be a host name or an IP address');
  return host;
}

function parsePort(text: string, flag: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new DomainError('invalid-request', `${flag} needs a port from 0 to 65535`);
  return port;
}

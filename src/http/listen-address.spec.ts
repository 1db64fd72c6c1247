import { describe, expect, it } from 'vitest';
import { isDomainError } from '../common/domain-error.js';
import { resolveListenAddress, type ListenFlags, type ListenTarget } from './listen-address.js';

const DEFAULTS: ListenTarget = { kind: 'tcp', host: '', port: 8080 };

function resolve(flags: ListenFlags, platform: NodeJS.Platform = 'linux'): ListenTarget {
  return resolveListenAddress(flags, platform, DEFAULTS);
}

describe('resolveListenAddress', () => {
  it.each<[ListenFlags, string, number]>([
    [{}, '', 8080],
    [{ address: '9000' }, '', 9000],
    [{ address: ':9000' }, '', 9000],
    [{ address: 'localhost:0' }, 'localhost', 0],
    [{ address: '10.0.0.1:65535' }, '10.0.0.1', 65_535],
    [{ address: '[::1]:8080' }, '::1', 8080],
    [{ address: '[fe80::1%eth0]:1' }, 'fe80::1%eth0', 1],
    [{ host: '0.0.0.0' }, '0.0.0.0', 8080],
    [{ host: '::1' }, '::1', 8080],
    [{ host: '[::1]', port: 7 }, '::1', 7],
    [{ port: '0' }, '127.0.0.1', 0],
  ])('%o', (flags, host, port) => {
    expect(resolve(flags)).toEqual({ kind: 'tcp', host, port });
  });

  it.each<[ListenFlags, string]>([
    [{ address: '::1:8080' }, '--address'],
    [{ address: 'localhost' }, '--address'],
    [{ address: '' }, '--address'],
    [{ address: 'http://localhost:80' }, '--address'],
    [{ address: 'a b:80' }, '--address'],
    [{ address: ':65536' }, '--address'],
    [{ address: ':-1' }, '--address'],
    [{ port: '80a' }, '--port'],
    [{ port: 1.5 }, '--port'],
    [{ port: '' }, '--port'],
    [{ host: '' }, '--host'],
    [{ host: 'a/b' }, '--host'],
    [{ socket: '' }, '--socket'],
    [{ address: ':1', port: 2 }, '--address cannot be combined'],
    [{ address: ':1', host: 'x' }, '--address cannot be combined'],
  ])('refuses %o naming the flag', (flags, name) => {
    const failure = failureOf(() => resolve(flags));
    expect(isDomainError(failure, 'invalid-request')).toBe(true);
    expect(String(failure)).toContain(name);
  });

  it('lets --socket override all others', () => {
    const target = resolve({ socket: '/run/x.sock', address: 'broken', host: '', port: 'x' });
    expect(target).toEqual({ kind: 'socket', path: '/run/x.sock' });
  });

  it.each(['\\\\.\\pipe\\thv', '\\\\.\\PIPE\\thv'])('knows the pipe %s', (socket) => {
    expect(resolve({ socket }, 'win32')).toEqual({ kind: 'socket', path: socket });
    expect(() => resolve({ socket }, 'darwin')).toThrow('named pipe addresses are only supported on Windows');
  });
});

function failureOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

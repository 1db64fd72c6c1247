import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import type { Server } from 'node:http';
import { isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DomainError, isDomainError } from '../common/domain-error.js';
import { isNamedPipe, type ListenTarget } from './listen-address.js';
import { prepareSocketFile } from './socket-file.js';

/**
 * Starts listening and gives the address to print: `http://host:port` or `unix:///path`. A Unix socket gets mode
 * 0660 and goes away when the server closes. Throws `conflict` when the address is taken and
 * `invalid-configuration` when this machine cannot listen there, each in one line.
 */
export async function listenOn(server: Server, target: ListenTarget): Promise<string> {
  return target.kind === 'tcp' ? listenOnPort(server, target) : listenOnSocket(server, target.path);
}

async function listenOnPort(server: Server, target: ListenTarget & { kind: 'tcp' }): Promise<string> {
  const { host, port } = target;
  await start(server, host === '' ? { port } : { port, host }, printable(host, port));
  const bound = server.address();
  return `http://${printable(host, typeof bound === 'object' && bound !== null ? bound.port : port)}`;
}

async function listenOnSocket(server: Server, given: string): Promise<string> {
  if (isNamedPipe(given)) {
    await start(server, { path: given }, given);
    return given;
  }
  const path = resolve(given);
  await prepareSocketFile(path).catch((error: unknown) => {
    throw isDomainError(error) ? error : listenError(error, path);
  });
  await start(server, { path }, path);
  try {
    await chmod(path, 0o660);
  } catch (error) {
    server.close();
    throw new DomainError('invalid-configuration', `Cannot set the mode of ${path}`, { cause: error });
  }
  return pathToFileURL(path).href.replace(/^file:/, 'unix:');
}

async function start(
  server: Server,
  where: { port: number; host?: string } | { path: string },
  name: string,
): Promise<void> {
  try {
    server.listen(where);
    await once(server, 'listening');
  } catch (error) {
    throw listenError(error, name);
  }
}

function listenError(error: unknown, name: string): DomainError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'EADDRINUSE') {
    return new DomainError('conflict', `Address ${name} is already in use`, { cause: error });
  }
  const reason = code === 'EACCES' ? 'permission denied' : code;
  return new DomainError('invalid-configuration', `Cannot listen on ${name}: ${reason}`, { cause: error });
}

function printable(host: string, port: number): string {
  if (host === '') return `0.0.0.0:${port}`;
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

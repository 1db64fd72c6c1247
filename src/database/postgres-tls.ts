import { readFile } from 'node:fs/promises';
import { isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect, type ConnectionOptions } from 'node:tls';
import { DomainError } from '../common/domain-error.js';
import type { DatabaseConfig } from '../config/registry-config.js';

/** The settings that decide about encryption; all of them mean what they mean to libpq. */
export type TlsSettings = Pick<DatabaseConfig, 'host' | 'sslMode' | 'sslRootCert' | 'sslCert' | 'sslKey'>;

/** Length of the message, then the code that asks for TLS. */
const TLS_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Asks the server whether it encrypts. The connection can be used either way afterwards. */
export function offersTls(socket: Socket): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      socket.off('data', onData).off('error', onError).off('close', onClose);
      socket.pause();
      act();
    };
    const onError = (error: Error) => settle(() => reject(error));
    const onClose = () => settle(() => reject(new Error('The server closed the connection')));
    const onData = (answer: Buffer) => {
      const word = answer.toString('latin1');
      // More than the one byte was said before encryption: somebody in between could have put it there.
      if (word === 'S' || word === 'N') settle(() => resolve(word === 'S'));
      else settle(() => reject(new Error('What answers does not speak the protocol of PostgreSQL')));
    };
    socket.on('data', onData).on('error', onError).on('close', onClose);
    socket.write(TLS_REQUEST);
  });
}

/**
 * Encrypts a connection on which the server has agreed to it. `require` checks nothing, unless an authority is
 * named: then, as with libpq, it is `verify-ca`.
 * @throws DomainError `invalid-configuration` for files that cannot be read; errors of TLS with their codes
 */
export async function secureSocket(settings: TlsSettings, socket: Socket): Promise<Socket> {
  const options = await tlsOptions(settings);
  return new Promise((resolve, reject) => {
    const secured = connect({ ...options, socket });
    const onClose = () => reject(new Error('The server closed the connection'));
    secured.once('error', reject).once('close', onClose);
    secured.once('secureConnect', () => {
      secured.off('error', reject).off('close', onClose);
      resolve(secured);
    });
  });
}

async function tlsOptions(settings: TlsSettings): Promise<ConnectionOptions> {
  const { host, sslMode, sslRootCert, sslCert, sslKey } = settings;
  const checksChain = sslMode.startsWith('verify-') || sslRootCert !== undefined;
  return {
    // An address is no server name (RFC 6066, section 3).
    ...(isIP(host) === 0 && { servername: host }),
    ...(sslRootCert !== undefined && { ca: await readPem(sslRootCert, 'sslRootCert') }),
    ...(sslCert !== undefined && { cert: await readPem(sslCert, 'sslCert') }),
    ...(sslKey !== undefined && { key: await readPem(sslKey, 'sslKey') }),
    rejectUnauthorized: checksChain,
    checkServerIdentity: (_name, certificate) =>
      sslMode === 'verify-full' ? checkServerIdentity(host, certificate) : undefined,
  };
}

async function readPem(path: string, key: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new DomainError('invalid-configuration', `database.${key}: ${path} cannot be read (${reason})`, {
      cause: error,
    });
  }
}

import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { DomainError, isDomainError } from '../common/domain-error.js';
import type { DatabaseConfig } from '../config/registry-config.js';
import { type DatabaseRole, databaseUser } from './postgres-login.js';

/** Longest word of a server that is repeated. */
const MAX_ECHO = 300;

/** Codes of a connection that ended: those of PostgreSQL (class 08, and its shutdowns) and of the system. */
const LOST = /^(08...|57P0[123]|ECONNRESET|ECONNREFUSED|EPIPE)$/;

interface Failure {
  readonly code: string;
  readonly message: string;
}

/** What went wrong, as one line that says what to change. It never holds a password. */
export function postgresProblem(error: unknown, config: DatabaseConfig, role: DatabaseRole): DomainError {
  if (isDomainError(error)) return error;
  const failure = failureOf(error);
  const place = config.host.startsWith('/') ? config.host : `${config.host}:${config.port}`;
  const text =
    networkProblem(failure, place) ??
    tlsProblem(failure, config) ??
    serverProblem(failure, config, role) ??
    `The database at ${place} failed: ${failure.message}`;
  return new DomainError('store-unavailable', text, { cause: error });
}

/** Whether an error is that of a statement, and so of the database. */
export function isStatementError(error: unknown): boolean {
  return error instanceof QueryFailedError || error instanceof QueryRunnerAlreadyReleasedError;
}

/**
 * Whether something failed because its connection ended, by the network, the server or an administrator, or could not
 * be made. Errors of upstreams, which say so too, are DomainErrors of their own.
 */
export function isLostConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isDomainError(error)) return isDomainError(error, 'store-unavailable') && isLostConnection(error.cause);
  if (error instanceof QueryRunnerAlreadyReleasedError) return true;
  const { code, message } = failureOf(error);
  return LOST.test(code) || /^Connection terminated|closed the connection/.test(message);
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const message = error.message.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_ECHO);
  return { code, message: message === '' ? code : message };
}

function networkProblem({ code, message }: Failure, place: string): string | undefined {
  const check = 'check database.host and database.port';
  switch (code) {
    case 'ECONNREFUSED':
      return `No database listens at ${place}: start it, or ${check}`;
    case 'ENOENT':
      return `No database listens in ${place}: start it, or ${check}`;
    case 'EACCES':
      return `This user may not use the socket in ${place}: ${check}`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host of the database is not known (${place}): check database.host`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return `The database at ${place} cannot be reached: ${check}`;
    case 'ECONNRESET':
      return `The database at ${place} closed the connection: ${check}, and database.sslMode`;
  }
  if (/time-?out|timeout/i.test(message)) {
    return `The database at ${place} did not answer in time: ${check}, and whether it is overloaded`;
  }
  return /closed the connection|terminated unexpectedly/.test(message)
    ? `The database at ${place} closed the connection: ${check}, and database.sslMode`
    : undefined;
}

function tlsProblem(
  { code, message }: Failure,
  { host, sslMode, sslRootCert }: DatabaseConfig,
): string | undefined {
  if (message === 'The server does not encrypt connections') {
    return `${message}, and database.sslMode is ${sslMode}: switch its encryption on, or set sslMode to prefer`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `The certificate of the database is not for ${host}: check database.host, or set sslMode to verify-ca`;
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return `The certificate of the database is not valid now (${code}): renew it`;
  }
  if (/CERT|ISSUER|SIGNATURE|SELF_SIGNED/.test(code) && !code.startsWith('ERR_')) {
    const known = sslRootCert === undefined ? 'set database.sslRootCert' : `check ${sslRootCert}`;
    return `The certificate of the database is not from a trusted authority (${code}): ${known}`;
  }
  if (/^ERR_(SSL|TLS|OSSL)/.test(code)) {
    return `The connection to the database could not be encrypted (${code}): check database.sslMode, sslCert and sslKey`;
  }
  return undefined;
}

function serverProblem(
  { code, message }: Failure,
  config: DatabaseConfig,
  role: DatabaseRole,
): string | undefined {
  const user = databaseUser(config, role);
  const isMigration = role === 'migration' && config.migrationUser !== undefined;
  const userKey = isMigration ? 'migrationUser' : 'user';
  const passwordKey = isMigration ? 'migrationPasswordFile' : 'passwordFile';
  switch (code) {
    case '28P01':
      return `The database refuses user ${user}: check database.${userKey} and database.${passwordKey}`;
    case '28000':
      return `The database lets user ${user} not in (${message}): check database.${userKey}, sslMode and its pg_hba.conf`;
    case '3D000':
      return `There is no database ${config.database}: create it, or check database.database`;
    case '42501':
      return `User ${user} lacks rights (${message}): ${rightsHint(message, role, user)}`;
    case '42P01':
      return `The schema is not as it should be (${message}): run thv-registry-api migrate up`;
    case '53100':
      return `The disk of the database is full (${message}): make room, and the next round goes on`;
    case '53300':
      return `The database has no connection left for user ${user}: lower database.maxOpenConns or raise its limit`;
    case '55P03':
      return 'Another session holds a lock on the schema: wait until it is done, then try again';
    case '57P03':
    case '57P01':
      return `The database is starting or stopping: wait until it is up (${message})`;
    case '25006':
      return `The database takes no changes (${message}): let database.host be the primary server`;
  }
  return /SASL|password must be a/.test(message)
    ? `The database refuses user ${user}: check database.${userKey} and database.${passwordKey}`
    : undefined;
}

function rightsHint(message: string, role: DatabaseRole, user: string): string {
  if (role === 'runtime') return `run thv-registry-api prime ${user}`;
  if (/ role/.test(message)) {
    return `let ${user} create roles, or let a superuser run what prime --dry-run prints`;
  }
  return `make ${user} the owner of the database, or set database.migrationUser to its owner`;
}

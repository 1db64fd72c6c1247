import { escapeIdentifier, escapeLiteral } from 'pg';
import type { DataSource } from 'typeorm';
import { GRANT_TO_RUNTIME_ROLE, RUNTIME_ROLE } from './runtime-role.js';
import { scramVerifier } from './scram-verifier.js';

/** Longest name that PostgreSQL keeps whole, in bytes. */
const MAX_NAME_BYTES = 63;

/** A user to be made, and whose tables it shall use. */
export interface RuntimeUser {
  readonly name: string;
  /** Absent: a user that is there keeps its password, and a new one has none. */
  readonly password?: string | undefined;
  /** The user that owns what migrations make. */
  readonly owner: string;
}

/** Why a name cannot be that of a user; undefined when it can. */
export function userNameProblem(name: string): string | undefined {
  if (name === '' || name.includes('\0')) return 'a user needs a name';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `a user's name has at most ${MAX_NAME_BYTES} bytes`;
  if (name.startsWith('pg_') || name === 'public' || name === 'none')
    return `PostgreSQL reserves the name ${name}`;
  return name === RUNTIME_ROLE ? `${name} is the role that users get: give the user another name` : undefined;
}

/** The statements that make a user, or complete one that is there: any number of runs leave the same. */
export async function runtimeUserStatements({ name, password, owner }: RuntimeUser): Promise<string[]> {
  const user = escapeIdentifier(name);
  const secret = password === undefined ? undefined : ((await scramVerifier(password)) ?? password);
  const login = secret === undefined ? 'LOGIN' : `LOGIN PASSWORD ${escapeLiteral(secret)}`;
  const defaults = `ALTER DEFAULT PRIVILEGES FOR ROLE ${escapeIdentifier(owner)} GRANT`;
  return [
    unlessRole(RUNTIME_ROLE, `CREATE ROLE ${RUNTIME_ROLE} NOLOGIN`),
    unlessRole(name, `CREATE ROLE ${user}`),
    `ALTER ROLE ${user} ${login}`,
    `GRANT ${RUNTIME_ROLE} TO ${user}`,
    inSchema(`REVOKE CREATE ON SCHEMA %I FROM PUBLIC`),
    inSchema(`GRANT USAGE ON SCHEMA %I TO ${RUNTIME_ROLE}`),
    `${defaults} SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${RUNTIME_ROLE}`,
    `${defaults} USAGE, SELECT ON SEQUENCES TO ${RUNTIME_ROLE}`,
    GRANT_TO_RUNTIME_ROLE.trim(),
  ];
}

/** Runs the statements, all or nothing. */
export async function makeRuntimeUser(dataSource: DataSource, statements: readonly string[]): Promise<void> {
  await dataSource.transaction(async (manager) => {
    for (const statement of statements) await manager.query(statement);
  });
}

function unlessRole(name: string, statement: string): string {
  const check = `SELECT FROM pg_roles WHERE rolname = ${escapeLiteral(name)}`;
  return block(`IF NOT EXISTS (${check}) THEN ${statement}; END IF;`);
}

function inSchema(statement: string): string {
  return block(`EXECUTE format(${escapeLiteral(statement)}, current_schema());`);
}

/** The name of a user may hold anything, a dollar quote of ours included; no tag of ours is in it. */
function block(body: string): string {
  let tag = '$do$';
  while (body.includes(tag)) tag = `$${tag.slice(1, -1)}x$`;
  return `DO ${tag} BEGIN ${body} END ${tag}`;
}

import { readFile, stat } from 'node:fs/promises';

/** Larger files hold no passwords, in bytes. */
const MAX_BYTES = 1024 * 1024;

/** What a connection is looked up by. A host that begins with `/` is the directory of a Unix socket. */
export interface PgpassQuery {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** The password, or why there is none; neither when there is no file or no line that fits. */
export interface PgpassAnswer {
  readonly password?: string;
  readonly ignored?: string;
}

/**
 * Looks a password up in a file of lines `host:port:database:user:password`, in the form and with the rules of libpq
 * (PostgreSQL documentation, "The Password File"): `*` stands for everything, `\` escapes, the first line that fits
 * counts, and a file that others may read is ignored.
 */
export async function lookUpPgpass(path: string, query: PgpassQuery): Promise<PgpassAnswer> {
  const about = await stat(path).catch(() => undefined);
  if (about === undefined) return {};
  if (!about.isFile() || about.size > MAX_BYTES)
    return { ignored: `${path} is ignored: it is no small file` };
  if (process.platform !== 'win32' && (about.mode & 0o077) !== 0) {
    return { ignored: `${path} is ignored because others may read it: chmod 600 ${path}` };
  }
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return { ignored: `${path} cannot be read` };
  const password = findPassword(text, query);
  return password === undefined ? {} : { password };
}

function findPassword(text: string, { host, port, database, user }: PgpassQuery): string | undefined {
  const hosts = host.startsWith('/') ? [host, 'localhost'] : [host];
  const wanted = [hosts, [String(port)], [database], [user]];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const fields = splitFields(line);
    const fits = wanted.every((values, index) => {
      const field = fields[index];
      return field === '*' || (field !== undefined && values.includes(unescape(field)));
    });
    const password = fields[4];
    if (fits && password !== undefined && password !== '') return unescape(password);
  }
  return undefined;
}

/** Five fields, still escaped. A colon in the last one, the password, needs no escape. */
function splitFields(line: string): string[] {
  const field = String.raw`((?:\\.|[^\\:])*):`;
  return new RegExp(`^${field.repeat(4)}(.*)$`).exec(line)?.slice(1) ?? [];
}

function unescape(field: string): string {
  return field.replace(/\\(.)/g, '$1');
}

import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './config-environment.js';

/** Where PostgreSQL's own programs look for passwords: `PGPASSFILE`, else the file of the user's home directory. */
export function pgpassPath(
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env['PGPASSFILE']) return env['PGPASSFILE'];
  if (platform === 'win32') return join(env['APPDATA'] ?? homedir(), 'postgresql', 'pgpass.conf');
  return join(env['HOME'] ?? homedir(), '.pgpass');
}

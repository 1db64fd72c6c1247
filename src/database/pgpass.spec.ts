import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lookUpPgpass } from './pgpass.js';

const QUERY = { host: 'db.example.com', port: 5432, database: 'registry', user: 'db_app' };

describe('lookUpPgpass', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pgpass-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  async function find(text: string, query = QUERY): Promise<string | undefined> {
    const path = join(directory, 'pgpass');
    writeFileSync(path, text, { mode: 0o600 });
    return (await lookUpPgpass(path, query)).password;
  }

  it.each([
    ['an exact line', 'db.example.com:5432:registry:db_app:secret', 'secret'],
    ['stars', '*:*:*:*:secret', 'secret'],
    ['the first line that fits', '*:*:*:other:no\n*:*:*:db_app:yes\n*:*:*:*:late', 'yes'],
    ['comments and ends of lines of Windows', '# *:*:*:*:no\r\n*:*:*:*:yes\r\n', 'yes'],
    ['escapes', String.raw`*:*:*:db_app:a\:b\\c`, String.raw`a:b\c`],
    ['a colon in the password', '*:*:*:db_app:a:b', 'a:b'],
  ])('reads %s', async (_case, text, password) => {
    expect(await find(text)).toBe(password);
  });

  it.each(['*:5433:*:*:no', '*:*:*:db_ap:no', '*:*:*:db_app:', '*:*:*', ''])(
    'finds nothing in %j',
    async (text) => {
      expect(await find(text)).toBeUndefined();
    },
  );

  it('knows an escaped address and the socket as localhost', async () => {
    expect(await find(String.raw`\:\:1:*:*:*:six`, { ...QUERY, host: '::1' })).toBe('six');
    expect(await find('localhost:*:*:*:local', { ...QUERY, host: '/var/run/postgresql' })).toBe('local');
  });

  it('says nothing about a file that is not there', async () => {
    expect(await lookUpPgpass(join(directory, 'nowhere'), QUERY)).toEqual({});
  });
});

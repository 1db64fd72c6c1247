import pg from 'pg';

/**
 * Counts rows that are written to a PostgreSQL database from now on, by the transaction that each row carries. A row
 * that is written twice counts once, and a deleted one not at all.
 * @param {string} url
 */
export async function countWrittenRows(url) {
  const [{ id }] = await query(url, 'SELECT txid_current()::text AS id');
  return async () => {
    const tables = await query(
      url,
      "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    );
    const counts = tables.map(
      ({ name }) => `(SELECT count(*) FROM ${name} WHERE xmin::text::bigint > ${id})`,
    );
    const [{ rows }] = await query(url, `SELECT (${counts.join(' + ')})::int AS rows`);
    return rows;
  };
}

/** Makes an empty database beside the one of `url`, and returns its address and its `database` block. */
export async function createDatabase(url, name) {
  await query(url, `CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  const address = new URL(url);
  address.pathname = `/${name}`;
  const { hostname: host, port, username: user } = address;
  return { url: address.href, block: { host, port: Number(port), user, database: name, sslMode: 'disable' } };
}

async function query(url, text) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

import { Agent, get } from 'node:http';

const MOST_PAGES = 10_000;
const NEXT = Buffer.from('"nextCursor":"');

/**
 * Reads a whole list one page of 100 after the other on one connection, and parses nothing of a page but its cursor.
 * @param {string} base address without a trailing slash
 * @param {Record<string, string>} headers
 * @returns {Promise<{ seconds: number, pages: number, bytes: number, cursors: string[] }>}
 */
export async function crawl(base, headers = {}) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const begin = performance.now();
  const cursors = [];
  let pages = 0;
  let bytes = 0;
  try {
    for (let cursor; pages === 0 || cursor !== undefined; pages += 1) {
      if (pages > MOST_PAGES) throw new Error(`${base} has more than ${MOST_PAGES} pages`);
      const after = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await read(`${base}/v0.1/servers?limit=100${after}`, headers, agent);
      bytes += page.length;
      cursor = nextCursor(page);
      if (cursor !== undefined) cursors.push(cursor);
    }
  } finally {
    agent.destroy();
  }
  return { seconds: (performance.now() - begin) / 1000, pages, bytes, cursors };
}

function nextCursor(page) {
  const at = page.lastIndexOf(NEXT);
  if (at === -1) return undefined;
  const start = at + NEXT.length;
  return page.toString('latin1', start, page.indexOf('"', start)) || undefined;
}

function read(url, headers, agent) {
  return new Promise((resolve, reject) => {
    const outgoing = get(url, { headers, agent }, (response) => {
      const pieces = [];
      response.on('data', (piece) => pieces.push(piece)).on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(pieces));
        else reject(new Error(`${url} answers ${response.statusCode}`));
      });
    });
    outgoing.on('error', reject);
  });
}

/**
 * A registry that speaks v0.1 and holds as many versions as it is told: four of each name, 2 kB each, as pages that are
 * ready before it prints its address. `POST /change` gives that many of them another title.
 */
import { createServer } from 'node:http';
import { integerOption, readOptions } from './options.mjs';
import { SeededRandom } from './seeded-random.mjs';
import { drawIdentity, serverDocument } from './server-documents.mjs';

const USAGE = 'node bench/sync-upstream.mjs --versions N';
const OFFICIAL = 'io.modelcontextprotocol.registry/official';
const VERSIONS_OF_NAME = 4;
const DOCUMENT_BYTES = 2_000;
const PAGE = 100;

const { versions: text } = readOptions(USAGE, { versions: { type: 'string' } });
const versions = integerOption(USAGE, 'versions', text);
const pages = [];
for (let begin = 0; begin < versions; begin += PAGE) pages.push(page(begin));
let changes = 0;

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  response.setHeader('content-type', 'application/json');
  if (request.method === 'POST' && pathname === '/change') {
    change(Number(searchParams.get('count')));
    response.end('{}');
  } else if (pathname === '/v0.1/servers')
    response.end(pages[Number(searchParams.get('cursor') ?? 0) / PAGE]);
  else response.writeHead(404).end('{"title":"Not Found"}');
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));

/** All that are asked for a page get the same, whatever their limit. */
function page(begin, titleOf = () => undefined) {
  const end = Math.min(begin + PAGE, versions);
  const servers = [];
  for (let index = begin; index < end; index += 1) servers.push(item(index, titleOf(index)));
  const more = end < versions ? { nextCursor: String(end) } : {};
  return Buffer.from(JSON.stringify({ servers, metadata: { count: servers.length, ...more } }));
}

function item(index, title) {
  const name = Math.floor(index / VERSIONS_OF_NAME);
  const identity = drawIdentity(new SeededRandom(name + 1), name);
  const version = `1.${index % VERSIONS_OF_NAME}.0`;
  const document = serverDocument(new SeededRandom(index + 1), identity, version, DOCUMENT_BYTES);
  const time = new Date(Date.UTC(2025, 0, 1) + index * 1000).toISOString();
  const official = { status: 'active', publishedAt: time, updatedAt: time, isLatest: false };
  return { server: title === undefined ? document : { ...document, title }, _meta: { [OFFICIAL]: official } };
}

function change(count) {
  changes += 1;
  const changed = new Set(Array.from({ length: count }, (_, turn) => Math.floor((turn * versions) / count)));
  const titleOf = (index) => (changed.has(index) ? `Changed ${changes}` : undefined);
  const touched = new Set(Array.from(changed, (index) => Math.floor(index / PAGE)));
  for (const number of touched) pages[number] = page(number * PAGE, titleOf);
}

import { createServer, request } from 'node:http';
import { parseArgs } from 'node:util';

/**
 * The most that this machine and Node can give: bare node:http that asks the server under test once for each path,
 * keeps what it sent, and answers with the same bytes.
 *
 * node bench/limit-server.mjs --from BASE --path /v0.1/servers?limit=30 [--path …]
 */
const OF_THE_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'date',
  'content-length',
]);

const { from, path: paths } = parseArgs({
  options: { from: { type: 'string' }, path: { type: 'string', multiple: true } },
}).values;
if (from === undefined || paths === undefined) {
  console.error('Usage: node bench/limit-server.mjs --from BASE --path PATH [--path PATH…]');
  process.exit(2);
}

const recordings = new Map();
for (const path of new Set(paths)) recordings.set(path, await record(path));

const server = createServer((incoming, response) => {
  const recording = recordings.get(incoming.url);
  if (recording === undefined) {
    response.writeHead(404).end();
    return;
  }
  const { whole, unchanged, etag } = recording;
  const answer = unchanged !== undefined && incoming.headers['if-none-match'] === etag ? unchanged : whole;
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
});
// As long as a measurement may pause between rounds: a connection closed by us would count as a failure.
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(0));

async function record(path) {
  const whole = await ask(path, {});
  if (whole.etag === undefined) return { whole };
  const unchanged = await ask(path, { 'if-none-match': whole.etag });
  return { whole, etag: whole.etag, ...(unchanged.status === 304 && { unchanged }) };
}

function ask(path, headers) {
  return new Promise((resolve, reject) => {
    const outgoing = request(from + path, { headers, agent: false }, (incoming) => {
      const pieces = [];
      incoming.on('data', (piece) => pieces.push(piece));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const body = Buffer.concat(pieces);
        resolve({
          status: incoming.statusCode,
          headers: headersToRepeat(incoming, body),
          body,
          etag: incoming.headers.etag,
        });
      });
    });
    outgoing.on('error', reject).end();
  });
}

/** The flat list that `writeHead` takes, in the order and spelling of the original. */
function headersToRepeat(incoming, body) {
  const kept = [];
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
    const name = incoming.rawHeaders[index];
    if (!OF_THE_CONNECTION.has(name.toLowerCase())) kept.push(name, incoming.rawHeaders[index + 1]);
  }
  if (incoming.statusCode !== 304) kept.push('Content-Length', String(body.length));
  return kept;
}

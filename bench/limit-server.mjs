import { createServer, request } from 'node:http';
import { parseArgs } from 'node:util';

/**
 * The most that this machine and Node can give: bare node:http that asks the server under test once for each path,
 * the first time that somebody asks for it, keeps what it sent, and answers with the same bytes ever after.
 *
 * node bench/limit-server.mjs --from BASE
 */
const MOST_RECORDINGS = 10_000;
const OF_THE_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'date',
  'content-length',
]);

const { from } = parseArgs({ options: { from: { type: 'string' } } }).values;
if (from === undefined) {
  console.error('Usage: node bench/limit-server.mjs --from BASE');
  process.exit(2);
}

const recordings = new Map();
const underWay = new Map();

const server = createServer((incoming, response) => {
  const recording = recordings.get(incoming.url);
  if (recording !== undefined) return answer(incoming, response, recording);
  recordOnce(incoming.url, incoming.headers.authorization).then(
    (made) => answer(incoming, response, made),
    () => response.writeHead(502).end(),
  );
});
// As long as a measurement may pause between rounds: a connection closed by us would count as a failure.
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(0));

function answer(incoming, response, { whole, unchanged, etag }) {
  const isUnchanged = unchanged !== undefined && incoming.headers['if-none-match'] === etag;
  const { status, headers, body } = isUnchanged ? unchanged : whole;
  response.writeHead(status, headers);
  response.end(body);
}

function recordOnce(path, authorization) {
  if (recordings.size >= MOST_RECORDINGS) return Promise.reject(new Error('too many paths'));
  let recording = underWay.get(path);
  if (recording === undefined) {
    recording = record(path, authorization === undefined ? {} : { authorization });
    underWay.set(path, recording);
  }
  return recording.finally(() => underWay.delete(path));
}

async function record(path, credentials) {
  const whole = await ask(path, credentials);
  const made = { whole };
  if (whole.etag !== undefined) {
    const unchanged = await ask(path, { ...credentials, 'if-none-match': whole.etag });
    if (unchanged.status === 304) Object.assign(made, { etag: whole.etag, unchanged });
  }
  recordings.set(path, made);
  return made;
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

import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sandboxCommand } from '../scripts/image-sandbox.mjs';
import { ROOT } from '../scripts/root.mjs';
import { catalogueText } from './catalogue.mjs';
import { cleanUpAtExit, remember, stopAll, wasInterrupted } from './child-processes.mjs';
import { openGroup } from './control-group.mjs';
import { integerOption, readOptions } from './options.mjs';
import { startPostgresql } from './postgresql.mjs';

const USAGE = 'node bench/image.mjs --tree DIRECTORY [--catalogue FILE] [--entries 10000] [--no-limits]';
/** What the operator gives its pods. */
const LIMITS = { bytes: 512 * 1024 ** 2, cpus: 0.5 };
const READY_MS = 600_000;
const SERVE = ['serve', '--config=/config/config.yaml'];

const options = readOptions(USAGE, {
  tree: { type: 'string' },
  catalogue: { type: 'string', default: join(ROOT, 'config/registry-sample.json') },
  entries: { type: 'string', default: '10000' },
  'no-limits': { type: 'boolean', default: false },
});
if (options.tree === undefined) {
  console.error(`Usage: ${USAGE}`);
  process.exit(2);
}
const entries = integerOption(USAGE, 'entries', options.entries);
const scratch = mkdtempSync(join(tmpdir(), 'bench-image-'));
let database;
cleanUpAtExit(() => {
  database?.cleanUp();
  rmSync(scratch, { recursive: true, force: true });
});

try {
  const rows = [await measure('embedded store', readFileSync(options.catalogue, 'utf8'), {})];
  if (entries > 0) {
    database = await startPostgresql();
    chmodSync(database.socketDirectory, 0o755);
    const { pathname, username, port } = new URL(database.url);
    const block = {
      host: '/postgres',
      port: Number(port),
      user: username,
      database: pathname.slice(1),
      sslMode: 'disable',
    };
    const file = join(scratch, 'generated.json');
    await pipeline(Readable.from(catalogueText({ entries, seed: 1, mode: '2kb' })), createWriteStream(file));
    const text = readFileSync(file, 'utf8');
    for (const name of ['PostgreSQL, empty', 'PostgreSQL, filled']) {
      rows.push(await measure(name, text, { database: block }, { '/postgres': database.socketDirectory }));
    }
  }
  console.log(render(rows));
} catch (error) {
  if (!wasInterrupted()) console.error(error.message);
  process.exitCode = 1;
} finally {
  await stopAll();
  await database?.remove();
}

async function measure(name, text, more, folders = {}) {
  const count = countServers(text);
  const mounted = mkdtempSync(join(scratch, 'config-'));
  chmodSync(mounted, 0o755);
  const source = { type: 'file', file: { path: '/config/registry.json' } };
  const config = { registryName: 'measured', source, syncPolicy: { interval: '1h' }, ...more };
  writeFileSync(join(mounted, 'registry.json'), text);
  writeFileSync(join(mounted, 'config.yaml'), JSON.stringify(config));
  const group = options['no-limits'] ? undefined : openGroup(LIMITS);
  const [program, ...args] = sandboxCommand({
    tree: resolve(options.tree),
    job: { serve: SERVE, paths: ['/v0.1/servers?limit=1'], servers: count, readyMs: READY_MS },
    folders: { '/config': mounted, ...folders },
    writable: ['/data'],
    isLimited: group !== undefined,
  });
  const { stdout, code } = await run(group?.enter([program, ...args]) ?? [program, ...args]);
  const usage = await group?.close();
  if (code !== 0) throw new Error(`The sandbox ended with ${code}`);
  const report = JSON.parse(stdout);
  if (!report.isReady || report.code !== 0) throw new Error(`The program failed:\n${report.stderr}`);
  return { name, count, ...report, ...usage };
}

async function run([program, ...args]) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  remember(child);
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  const code = await new Promise((done) => child.once('close', done));
  return { stdout, code };
}

/** Servers of a registry file in either format. */
function countServers(text) {
  const { servers = {}, remote_servers: remote = {}, data } = JSON.parse(text);
  const listed = data?.servers ?? servers;
  const names = Array.isArray(listed)
    ? new Set(listed.map((item) => (item.server ?? item).name)).size
    : undefined;
  return names ?? Object.keys(listed).length + Object.keys(remote).length;
}

function render(rows) {
  const megabytes = (bytes) => (bytes === undefined ? '' : (bytes / 1e6).toFixed(0));
  const head = [
    'store',
    'servers',
    'ready ms',
    'all listed ms',
    'CPU s',
    'peak RSS MB',
    'peak of the group MB',
    'throttled s',
  ];
  const lines = rows.map((row) => [
    row.name,
    row.count,
    row.readyMs,
    row.listedMs,
    row.cpuSeconds.toFixed(1),
    megabytes(row.peakBytes),
    megabytes(row.groupBytes),
    row.throttledSeconds?.toFixed(1) ?? '',
  ]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

#!/usr/bin/env node
// What one round of a git source costs a server: resident memory and delay of its event loop, from a repository with
// many files and a long history behind smart HTTP. Needs a build and the git program. See bench/README.md.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const FETCHER = fileURLToPath(new URL('./git-round.mjs', import.meta.url));
const MAX_FILES = 100_000;
const MAX_HISTORY_MB = 1_000;

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '20000' },
    'history-mb': { type: 'string', default: '100' },
    'file-bytes': { type: 'string', default: '1000' },
    path: { type: 'string', default: 'registry.json' },
    'without-git': { type: 'boolean', default: false },
  },
});
const files = Math.min(Number(values.files), MAX_FILES);
const historyMb = Math.min(Number(values['history-mb']), MAX_HISTORY_MB);
const fileBytes = Math.min(Number(values['file-bytes']), 10_000);

const directory = await mkdtemp(join(tmpdir(), 'git-bench-'));
try {
  const repository = join(directory, 'repo.git');
  await mkdir(repository);
  git(['init', '--quiet', '--bare', '--initial-branch=main', '.']);
  await fill();
  const packed = /size-pack: (\d+)/.exec(git(['count-objects', '-v']))?.[1];
  console.log(`${files} files, ${(Number(packed) / 1024).toFixed(0)} MiB in the repository`);
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await measure(`http://127.0.0.1:${server.address().port}/repo.git`);
  server.closeAllConnections();
  server.close();

  function git(args) {
    return execFileSync('git', args, { cwd: repository, encoding: 'utf8' });
  }

  /** Old commits with what cannot be compressed, and a last one with all the files. */
  async function fill() {
    const child = spawn('git', ['fast-import', '--quiet'], {
      cwd: repository,
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    const say = async (chunk) => {
      if (!child.stdin.write(chunk)) await once(child.stdin, 'drain');
    };
    const data = async (content) => {
      await say(`data ${content.length}\n`);
      await say(content);
      await say('\n');
    };
    const commit = async (message) => {
      await say('commit refs/heads/main\ncommitter Bench <bench@example.com> 1700000000 +0000\n');
      await data(Buffer.from(message));
      await say('deleteall\n');
    };
    for (let megabyte = 0; megabyte < historyMb; megabyte += 1) {
      await commit(`history ${megabyte}`);
      await say('M 100644 inline large.bin\n');
      await data(randomBytes(1024 * 1024));
    }
    await commit('files');
    for (let index = 0; index < files; index += 1) {
      await say(`M 100644 inline files/${index % 200}/${index}.txt\n`);
      await data(Buffer.from(randomBytes(Math.ceil(fileBytes / 2)).toString('hex')));
    }
    await say('M 100644 inline registry.json\n');
    await data(Buffer.from('{"servers":[]}'));
    child.stdin.end();
    await once(child, 'close');
    git(['config', 'uploadpack.allowFilter', 'true']);
  }

  function answer(request, response) {
    const url = new URL(request.url, 'http://127.0.0.1');
    const backend = spawn('git', ['http-backend'], {
      env: {
        ...process.env,
        GIT_PROJECT_ROOT: directory,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: request.headers['git-protocol'] ?? '',
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    request.pipe(backend.stdin).on('error', () => {});
    response.on('close', () => backend.kill());
    let head = Buffer.alloc(0);
    backend.stdout.on('data', function onHead(chunk) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      backend.stdout.off('data', onHead);
      for (const line of head.toString('latin1', 0, end).split('\r\n')) {
        const [name, value] = line.split(': ');
        if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
        else response.setHeader(name, value);
      }
      response.write(head.subarray(end + 4));
      backend.stdout.pipe(response);
    });
  }

  async function measure(url) {
    const env = values['without-git'] ? { ...process.env, PATH: directory } : process.env;
    const child = spawn(process.execPath, ['--expose-gc', FETCHER, url, values.path], {
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    await once(child, 'close');
  }
} finally {
  await rm(directory, { recursive: true });
}

import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { hashViewToken, makeViewToken } from '../../../src/model/view-token.js';
import { registryFileOf } from '../../support/documents.js';
import { type RunningProgram, startServer } from '../../support/program.js';
import { inlineSource } from '../../support/registry-server.js';

const directory = mkdtempSync(join(tmpdir(), 'audit-e2e-'));
const viewToken = makeViewToken();
let server: RunningProgram;

afterEach(() => server.stop('SIGKILL'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function start(name: string, audit: object): Promise<void> {
  const path = join(directory, `${name}.json`);
  const config = {
    fileStorage: { baseDir: join(directory, name) },
    sources: [inlineSource('tools', registryFileOf('com.example/tool'))],
    registries: [{ name: 'default', sources: ['tools'] }],
    auth: {
      mode: 'oauth',
      oauth: { providers: [{ name: 'away', issuerUrl: 'http://127.0.0.1:9', audience: 'registry' }] },
    },
    views: [{ name: 'window', registry: 'default', tokenSha256: [hashViewToken(viewToken)] }],
    audit: { enabled: true, ...audit },
  };
  writeFileSync(path, JSON.stringify(config));
  server = await startServer(['--config', path], { cwd: directory, env: { LOG_LEVEL: 'debug' } });
  await vi.waitUntil(async () => (await fetch(`${server.url}/readiness`)).ok, { timeout: 60_000 });
}

interface Event {
  readonly type: string;
  readonly metadata: { readonly extra: { readonly request_id: string } };
}

function eventsIn(text: string): Event[] {
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Event]));
}

async function ask(path: string, id: string, headers: Record<string, string> = {}): Promise<number> {
  const answer = await fetch(server.url + path, { headers: { 'x-request-id': id, ...headers } });
  await answer.arrayBuffer();
  return answer.status;
}

describe('the audit log of a running server', () => {
  it('is on standard output, alone, when it has no file', async () => {
    await start('stdout', {});
    expect(await ask('/v0.1/servers', 'refused')).toBe(401);
    expect(await ask(`/view/${viewToken}/v0.1/servers`, 'used')).toBe(200);
    expect(await ask(`/view/${makeViewToken()}/v0.1/servers`, 'no-such-view')).toBe(404);

    await vi.waitUntil(() => server.stdout().includes('"no-such-view"'), { timeout: 10_000 });
    expect(eventsIn(server.stdout()).map(({ type }) => type)).toEqual([
      'auth.unauthenticated',
      'server.list',
      'view.refused',
    ]);
    expect(server.stderr()).not.toContain('audit_event');
  });

  it('loses nothing and repeats nothing when its file is moved away between requests', async () => {
    const logFile = join(directory, 'audit.log');
    await start('file', { logFile });
    const read = (file: string) => (existsSync(file) ? eventsIn(readFileSync(file, 'utf8')) : []);
    const files = [`${logFile}.1`, `${logFile}.2`, logFile];
    for (let id = 0; id < 300; id += 1) {
      await ask(`/view/${viewToken}/v0.1/servers`, `r-${id}`);
      if (id === 100) {
        renameSync(logFile, `${logFile}.1`);
        process.kill(server.pid, 'SIGHUP');
        await vi.waitUntil(() => existsSync(logFile), { timeout: 10_000 });
      }
      if (id === 200) {
        // Nobody says so this time: it is noticed.
        renameSync(logFile, `${logFile}.2`);
        await vi.waitUntil(() => existsSync(logFile), { timeout: 10_000 });
      }
    }

    await server.stop();
    const ids = files.flatMap(read).map(({ metadata }) => metadata.extra.request_id);
    expect(ids).toEqual(Array.from({ length: 300 }, (_, id) => `r-${id}`));
    expect(files.map((file) => read(file).length > 0)).toEqual([true, true, true]);
  });

  it('and all that is logged has no token of a view, nor of a caller, at any level', async () => {
    const logFile = join(directory, 'secrets.log');
    await start('secrets', { logFile });
    const bearer = `${'e'.repeat(40)}.secret-token`;
    const paths = [
      `/view/${viewToken}/v0.1/servers`,
      `/view/${viewToken}/v1/views`,
      `//view//${viewToken}//servers?limit=x`,
      `/View/${viewToken}/v0.1/servers`,
      `/view%2F${viewToken}`,
      `/view/${viewToken}%2F..`,
      `/v0.1/servers/${viewToken}/versions`,
      `/registry/${viewToken}/v0.1/servers`,
      `/view/${makeViewToken()}/v0.1/servers`,
      '/v1/me',
    ];
    for (const [index, path] of paths.entries()) {
      await ask(path, `s-${index}`, { authorization: `Bearer ${bearer}`, referer: server.url + path });
    }
    await ask('/v0.1/servers', 'last');
    await vi.waitUntil(() => readFileSync(logFile, 'utf8').includes('"last"'), { timeout: 10_000 });

    const written = [server.stdout(), server.stderr(), readFileSync(logFile, 'utf8')].join('\n');
    expect(written).not.toMatch(/thvv_[A-Za-z0-9_-]{10}/);
    expect(written).not.toContain('secret-token');
  });
});

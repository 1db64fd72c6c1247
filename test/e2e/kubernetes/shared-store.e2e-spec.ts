import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { registryFile, serverJson } from '../../support/documents.js';
import { hasKubernetesApi, KubernetesApi } from '../../support/kubernetes-api.js';
import { createNamespace } from '../../support/kubernetes-objects.js';
import { runProgram, type RunningProgram, startServer } from '../../support/program.js';

const NAMESPACE = 'registry';
const LEASE = 'shop-store';
const LEASES = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`;
const PATIENCE = { timeout: 60_000, interval: 50 };
/** What is promised between a death and the next one that serves. */
const TAKEOVER = { timeout: 15_000, interval: 50 };

describe.skipIf(!hasKubernetesApi)('an embedded store that several pods can reach', () => {
  let api: KubernetesApi;
  let directory: string;
  const started: RunningProgram[] = [];

  beforeAll(async () => {
    api = await KubernetesApi.create(['nobody']);
    await createNamespace(api, NAMESPACE);
  });

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'shared-'));
    publish('first title');
    const content = {
      sources: [
        {
          name: 'one',
          file: { path: join(directory, 'registry.json') },
          syncPolicy: { interval: '1s' },
        },
      ],
      registries: [{ name: 'default', sources: ['one'] }],
      fileStorage: { baseDir: join(directory, 'data'), lease: 'store' },
    };
    writeFileSync(join(directory, 'config.yaml'), JSON.stringify(content));
  });

  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.stop('SIGKILL')));
    await api.ask('DELETE', `${LEASES}/${LEASE}`);
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });

  afterAll(() => api.remove());

  function publish(title: string): void {
    writeFileSync(
      join(directory, 'registry.json'),
      registryFile([serverJson('shop/fetch', '1.0.0', { title })]),
    );
  }

  function settings(user = 'admin') {
    const env = { KUBECONFIG: api.kubeconfig(user, NAMESPACE), THV_REGISTRY_LEADER_ELECTION_ID: 'shop' };
    return { env, cwd: directory, timeoutMs: 60_000 };
  }

  async function start(user?: string): Promise<RunningProgram> {
    const server = await startServer(['--config', join(directory, 'config.yaml')], settings(user));
    started.push(server);
    return server;
  }

  async function serves(server: RunningProgram, title: string, patience = PATIENCE): Promise<void> {
    await vi.waitFor(async () => {
      expect((await fetch(`${server.url}/readiness`)).status).toBe(200);
      const list = await fetch(`${server.url}/v0.1/servers`);
      expect(await list.json()).toMatchObject({ servers: [{ server: { title } }] });
    }, patience);
  }

  /** Takes away what protects the store on one machine, as a second node would not see it. */
  function loseSocket(): void {
    rmSync(join(directory, 'data', 'lock.sock'));
  }

  async function standsBy(server: RunningProgram): Promise<void> {
    await vi.waitFor(() => expect(server.stderr()).toContain('standing by to take over'), PATIENCE);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    const readiness = await fetch(`${server.url}/readiness`);
    expect(readiness.status).toBe(503);
    expect(await readiness.json()).toMatchObject({
      components: {
        store: { status: 'waiting', detail: expect.stringMatching(/holds its lease shop-store/) as string },
      },
    });
  }

  async function holder(): Promise<string | undefined> {
    const lease = (await api.call('GET', `${LEASES}/${LEASE}`)) as { spec: { holderIdentity?: string } };
    return lease.spec.holderIdentity;
  }

  /** Waits for the end of a program that nobody stops: the signal only lets a paused one go on. */
  function untilEnd(server: RunningProgram): Promise<number | null> {
    return server.stop('SIGCONT');
  }

  function files(): string[] {
    const store = join(directory, 'data', 'store');
    return readdirSync(store, { recursive: true, encoding: 'utf8' })
      .map((name) => ({ name, stat: statSync(join(store, name)) }))
      .map(({ name, stat }) => `${name} ${stat.size} ${stat.mtimeMs}`)
      .sort();
  }

  it('is used by one, while another stands by and takes over after its death', async () => {
    const first = await start();
    await serves(first, 'first title');
    loseSocket();
    const second = await start();
    await standsBy(second);
    publish('second title');
    await serves(first, 'second title');

    await first.stop('SIGKILL');
    await serves(second, 'second title', TAKEOVER);

    expect(second.stderr().match(/standing by/g)).toHaveLength(1);
    expect(second.stderr()).not.toMatch(/"level":"(warn|error)"/);
    publish('third title');
    await serves(second, 'third title');
    expect(await second.stop()).toBe(0);
    expect(await holder()).toBe('');
  });

  it('is handed over at once by an orderly end', async () => {
    const first = await start();
    await serves(first, 'first title');
    const before = await holder();
    loseSocket();
    const second = await start();
    await standsBy(second);

    expect(await first.stop()).toBe(0);
    expect(await holder()).not.toBe(before);
    await serves(second, 'first title');
    expect(await second.stop()).toBe(0);
  });

  it('is left alone by a process that was paused beyond its lease', async () => {
    const first = await start();
    await serves(first, 'first title');
    loseSocket();
    const second = await start();
    await standsBy(second);
    process.kill(first.pid, 'SIGSTOP');
    publish('second title');
    await serves(second, 'second title', TAKEOVER);

    process.kill(second.pid, 'SIGSTOP');
    const before = files();
    expect(await untilEnd(first)).toBe(1);
    expect(files()).toEqual(before);
    process.kill(second.pid, 'SIGCONT');

    expect(first.stderr()).toMatch(/^error: The lease shop-store .* must not use the store any more$/m);
    expect(readdirSync(join(directory, 'data'))).toContain('lock.sock');
    publish('third title');
    await serves(second, 'third title');
    expect(await second.stop()).toBe(0);
  });

  it('is let go when the cluster cannot be asked any more, and taken when it can', async () => {
    const first = await start();
    await serves(first, 'first title');
    loseSocket();
    const second = await start();
    await standsBy(second);

    await api.stop();
    expect(await untilEnd(first)).toBe(1);
    expect(first.stderr()).toMatch(/^error: The lease shop-store .* could not be renewed for 6 s/m);
    await api.start();

    await serves(second, 'first title');
    expect(await second.stop()).toBe(0);
  });

  it('stays with its holder when somebody removes the lease', async () => {
    const first = await start();
    await serves(first, 'first title');
    loseSocket();
    const second = await start();
    await standsBy(second);
    const before = await holder();

    await api.call('DELETE', `${LEASES}/${LEASE}`);
    await vi.waitFor(async () => expect(await holder()).toBe(before), PATIENCE);

    publish('second title');
    await serves(first, 'second title');
    expect((await fetch(`${second.url}/readiness`)).status).toBe(503);
  });

  it('is refused to a command, which names who has it', async () => {
    const server = await start();
    await serves(server, 'first title');
    loseSocket();

    const result = await runProgram(['sync', '--config', join(directory, 'config.yaml')], settings());

    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^error: .* uses the embedded store and holds its lease shop-store/m);
    expect(await server.stop()).toBe(0);
  });

  it('waits for the rights on its lease, and names them', async () => {
    const server = await start('nobody');
    await vi.waitFor(
      () => expect(server.stderr()).toMatch(/grant get and update on leases named shop-store, and create/),
      PATIENCE,
    );
    expect((await fetch(`${server.url}/readiness`)).status).toBe(503);

    await grantLease('nobody');
    await serves(server, 'first title');
    expect(await server.stop()).toBe(0);
  });

  async function grantLease(user: string): Promise<void> {
    const rights = `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}`;
    const group = 'rbac.authorization.k8s.io';
    const apiGroups = ['coordination.k8s.io'];
    await api.call('POST', `${rights}/roles`, {
      metadata: { name: 'lease' },
      rules: [
        { apiGroups, resources: ['leases'], resourceNames: [LEASE], verbs: ['get', 'update'] },
        { apiGroups, resources: ['leases'], verbs: ['create'] },
      ],
    });
    await api.call('POST', `${rights}/rolebindings`, {
      metadata: { name: 'lease' },
      roleRef: { apiGroup: group, kind: 'Role', name: 'lease' },
      subjects: [{ kind: 'User', name: user, apiGroup: group }],
    });
  }
});

describe('a lease without a cluster', () => {
  it('is one clear error, and the server is not ready', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'lease-'));
    const env = {
      HOME: directory,
      THV_REGISTRY_FILESTORAGE_BASEDIR: join(directory, 'data'),
      THV_REGISTRY_FILESTORAGE_LEASE: 'store',
    };
    const server = await startServer([], { env, cwd: directory });
    await vi.waitFor(
      () => expect(server.stderr()).toMatch(/fileStorage.lease needs a cluster.*set KUBECONFIG/),
      PATIENCE,
    );
    expect((await fetch(`${server.url}/readiness`)).status).toBe(503);
    expect(await server.stop()).toBe(0);
    rmSync(directory, { recursive: true });
  });
});

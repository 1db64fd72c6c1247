import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { afterAll } from 'vitest';
import { freePort } from './postgresql.js';

const BIN = process.env['THV_TEST_KUBERNETES_BIN'] ?? join(homedir(), '.cache', 'thv-registry-api', 'bin');
const START_LIMIT_MS = 60_000;

/** False where no API server was built: tests on it skip, by name. `scripts/kubernetes-api.mjs` builds it. */
export const hasKubernetesApi = ['etcd', 'kube-apiserver'].every((name) => existsSync(join(BIN, name)));

/** What the API server answered. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

const running = new Set<KubernetesApi>();

afterAll(async () => {
  await Promise.all([...running].map((api) => api.remove()));
});

/**
 * A real Kubernetes API server with its etcd on 127.0.0.1, on ports of its own that it keeps over restarts. It has no
 * controllers, so that nothing happens but what a test does. `admin` may do everything; every other user is known by
 * the token of the same name, and may do nothing but discovery. It ends with the spec file.
 */
export class KubernetesApi {
  private etcd: ChildProcess | undefined;
  private server: ChildProcess | undefined;
  private readonly root = mkdtempSync(join(tmpdir(), 'kube-'));
  private agent = new Agent();

  private constructor(
    private readonly port: number,
    private readonly etcdPorts: readonly [client: number, peer: number],
  ) {}

  /** Starts a server that knows the users besides `admin`. */
  static async create(users: readonly string[] = []): Promise<KubernetesApi> {
    const api = new KubernetesApi(await freePort(), [await freePort(), await freePort()]);
    running.add(api);
    const tokens = ['admin,admin,admin,"system:masters"', ...users.map((user) => `${user},${user},${user}`)];
    writeFileSync(join(api.root, 'tokens.csv'), `${tokens.join('\n')}\n`, { mode: 0o600 });
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(api.accountKey, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    api.startEtcd();
    await api.start();
    return api;
  }

  /** PEM file with the certificate that it shows. */
  get caCertPath(): string {
    return this.certificate;
  }

  /** Its address; also the issuer of the tokens of service accounts. */
  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** Starts the API server again and waits until it is ready. */
  async start(): Promise<void> {
    const certificates = join(this.root, 'certificates');
    this.server = spawn(
      join(BIN, 'kube-apiserver'),
      [
        `--etcd-servers=http://127.0.0.1:${this.etcdPorts[0]}`,
        '--bind-address=127.0.0.1',
        '--advertise-address=127.0.0.1',
        `--secure-port=${this.port}`,
        `--cert-dir=${certificates}`,
        `--token-auth-file=${join(this.root, 'tokens.csv')}`,
        '--authorization-mode=RBAC',
        '--disable-admission-plugins=ServiceAccount',
        '--endpoint-reconciler-type=none',
        `--service-account-issuer=${this.url}`,
        `--service-account-signing-key-file=${this.accountKey}`,
        `--service-account-key-file=${this.accountKey}`,
        '--service-cluster-ip-range=10.0.0.0/24',
      ],
      { cwd: this.root, stdio: 'ignore' },
    );
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await this.isReady())) {
      if (Date.now() > deadline) throw new Error('The Kubernetes API server did not start');
      await wait(50);
    }
  }

  /** Stops the API server, by default as a crash does: connections break, and what it holds stays in etcd. */
  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await end(this.server, signal);
    this.server = undefined;
  }

  /** Stops everything and removes its files. */
  async remove(): Promise<void> {
    running.delete(this);
    await this.agent.destroy();
    await this.stop();
    await end(this.etcd, 'SIGKILL');
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Writes a kubeconfig file for a user, in a namespace when one is named, and returns its path. */
  kubeconfig(user = 'admin', namespace?: string): string {
    const path = join(this.root, `${user}.${namespace ?? 'none'}.kubeconfig`);
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: this.url, 'certificate-authority': this.certificate } }],
      users: [{ name: user, user: { token: user } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user, ...(namespace && { namespace }) } }],
      'current-context': 'c',
    };
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  }

  /** One request as `admin`. @throws Error unless it succeeds */
  async call(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<unknown> {
    const answer = await this.ask(method, path, body);
    if (answer.status < 300) return answer.body;
    throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }

  /** One request as `admin`, whatever comes of it. A patch is merged as JSON, unless another kind is given. */
  async ask(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    patch: 'merge-patch' | 'strategic-merge-patch' = 'merge-patch',
  ): Promise<ApiAnswer> {
    const type = method === 'PATCH' ? `application/${patch}+json` : 'application/json';
    const answer = await request(`${this.url}${path}`, {
      method,
      dispatcher: this.agent,
      headers: { authorization: 'Bearer admin', 'content-type': type },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, body: text.startsWith('{') ? JSON.parse(text) : text };
  }

  private get certificate(): string {
    return join(this.root, 'certificates', 'apiserver.crt');
  }

  private get accountKey(): string {
    return join(this.root, 'accounts.key');
  }

  private startEtcd(): void {
    const [client, peer] = this.etcdPorts.map((port) => `http://127.0.0.1:${port}`);
    this.etcd = spawn(
      join(BIN, 'etcd'),
      [
        `--data-dir=${join(this.root, 'etcd')}`,
        `--listen-client-urls=${client}`,
        `--advertise-client-urls=${client}`,
        `--listen-peer-urls=${peer}`,
        `--initial-advertise-peer-urls=${peer}`,
        `--initial-cluster=default=${peer}`,
      ],
      { cwd: this.root, stdio: 'ignore' },
    );
  }

  private async isReady(): Promise<boolean> {
    if (!existsSync(this.certificate)) return false;
    await this.agent.destroy();
    this.agent = new Agent({ connect: { ca: readFileSync(this.certificate) } });
    return (await this.ask('GET', '/readyz').catch(() => ({ status: 0 }))).status === 200;
  }
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill(signal);
  await ended;
}

/**
 * `node scripts/kubernetes-api.mjs [--no-helm]`: builds a real Kubernetes API server (and helm) with `go`, and unpacks
 * Debian's etcd, into the directory where the tests look for them: `THV_TEST_KUBERNETES_BIN`, else
 * `~/.cache/thv-registry-api/bin`. What is there already is left alone. Cold it takes some seven minutes; the tests
 * never build it themselves: without these programs they are skipped by name.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const KUBERNETES = { server: 'v1.36.3', staging: 'v0.36.3' };
const HELM = 'v4.3.1';
const BIN = process.env['THV_TEST_KUBERNETES_BIN'] ?? join(homedir(), '.cache', 'thv-registry-api', 'bin');

mkdirSync(BIN, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), 'kubernetes-api-'));
try {
  provide('etcd', unpackEtcd);
  provide('kube-apiserver', buildApiServer);
  if (!process.argv.includes('--no-helm')) provide('helm', buildHelm);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** A program appears under its name only when it is whole, so an interrupted run is simply repeated. */
function provide(name, make) {
  const target = join(BIN, name);
  if (existsSync(target)) {
    console.log(`${name}: ${target}`);
    return;
  }
  console.log(`${name}: being made…`);
  const started = Date.now();
  const made = make();
  copyFileSync(made, `${target}.partial`);
  chmodSync(`${target}.partial`, 0o755);
  renameSync(`${target}.partial`, target);
  console.log(`${name}: ${target} (${Math.round((Date.now() - started) / 1000)} s)`);
}

function unpackEtcd() {
  const known = onPath('etcd');
  if (known !== undefined) return known;
  run('apt-get', ['download', 'etcd-server'], scratch);
  const archive = readdirSync(scratch).find((name) => name.startsWith('etcd-server_'));
  run('dpkg', ['-x', archive, 'etcd'], scratch);
  return join(scratch, 'etcd', 'usr', 'bin', 'etcd');
}

/**
 * Kubernetes names its own libraries as version v0.0.0 with replacements in its work tree; a build from outside has to
 * say where they are published. Which they are is read from its own go.mod.
 */
function buildApiServer() {
  const folder = join(scratch, 'kube-apiserver');
  mkdirSync(folder);
  const found = JSON.parse(
    run('go', ['mod', 'download', '-json', `k8s.io/kubernetes@${KUBERNETES.server}`], scratch),
  );
  const staging = [
    ...readFileSync(found.GoMod, 'utf8').matchAll(/^\s*(?:require )?(k8s\.io\/[\w-]+) v0\.0\.0$/gm),
  ];
  const goVersion = /^go (\S+)$/m.exec(readFileSync(found.GoMod, 'utf8'))?.[1];
  const replacements = [...new Set(staging.map((match) => match[1]))].map(
    (module) => `replace ${module} => ${module} ${KUBERNETES.staging}`,
  );
  writeFileSync(
    join(folder, 'go.mod'),
    ['module local', '', `go ${goVersion}`, '', ...replacements, ''].join('\n'),
  );
  run('go', ['get', `k8s.io/kubernetes/cmd/kube-apiserver@${KUBERNETES.server}`], folder);
  run('go', ['build', '-trimpath', '-o', 'made', 'k8s.io/kubernetes/cmd/kube-apiserver'], folder);
  return join(folder, 'made');
}

function buildHelm() {
  const known = onPath('helm');
  if (known !== undefined) return known;
  const target = join(scratch, 'helm-bin');
  mkdirSync(target);
  run('go', ['install', `helm.sh/helm/v4/cmd/helm@${HELM}`], scratch, { GOBIN: target });
  return join(target, 'helm');
}

function onPath(name) {
  const folder = (process.env['PATH'] ?? '').split(':').find((path) => existsSync(join(path, name)));
  return folder === undefined ? undefined : join(folder, name);
}

function run(program, args, cwd, environment = {}) {
  const made = spawnSync(program, args, {
    cwd,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (made.error !== undefined) throw new Error(`${program} cannot be started: ${made.error.message}`);
  if (made.status !== 0) throw new Error(`${program} ${args[0]} ended with ${String(made.status)}`);
  return made.stdout;
}

/**
 * Runs a file tree of scripts/image-tree.mjs as the image runs: as user 65532, in a root of its own that nobody can
 * write to, with a loopback of its own, so that the ports are those of the image. Needs bubblewrap (bwrap).
 */
import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from './root.mjs';

const USER = '65532';
const POD = fileURLToPath(new URL('image-pod.mjs', import.meta.url));
/** Parts of the system that a container has too; missing ones are left out. */
const SYSTEM = ['/bin', '/sbin', '/lib', '/lib64', '/etc/ssl', '/etc/hosts'];

/**
 * Program and arguments that do a job of image-pod.mjs in a sandbox.
 * @param {import('./image-sandbox.mjs').Sandbox} sandbox
 * @returns {string[]}
 */
export function sandboxCommand({ tree, job, modules = [], folders = {}, writable = [], isLimited = false }) {
  const isRoot = process.getuid() === 0;
  const args = ['--die-with-parent', '--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts'];
  args.push(...['/etc', '/home', '/home/appuser'].flatMap(openFolder));
  args.push('--ro-bind', '/usr', '/usr', ...SYSTEM.flatMap(shareSystem), '--proc', '/proc', '--dev', '/dev');
  if (isLimited) args.push('--ro-bind', '/sys/fs/cgroup', '/sys/fs/cgroup');
  if (!process.execPath.startsWith('/usr/')) {
    const folder = dirname(dirname(process.execPath));
    args.push('--ro-bind', folder, folder);
  }
  args.push('--ro-bind', tree, '/app', '--ro-bind', POD, '/pod.mjs');
  for (const name of modules) {
    args.push('--ro-bind', join(ROOT, 'node_modules', name), `/app/node_modules/${name}`);
  }
  for (const [inside, outside] of Object.entries(folders)) {
    args.push(...parentsOf(inside).flatMap(openFolder), '--ro-bind', outside, inside);
  }
  for (const folder of ['/tmp', ...writable]) args.push('--perms', '1777', '--tmpfs', folder);
  args.push('--remount-ro', '/', '--chdir', '/', '--clearenv');
  args.push('--setenv', 'PATH', '/usr/local/bin:/usr/bin:/bin', '--setenv', 'HOME', '/home/appuser');
  args.push('--setenv', 'NODE_ENV', 'production');
  // As root the files keep their owners, and the program has no right to any of them.
  const user = isRoot
    ? [
        'setpriv',
        `--reuid=${USER}`,
        `--regid=${USER}`,
        '--clear-groups',
        '--bounding-set=-all',
        '--no-new-privs',
      ]
    : [];
  if (isRoot) args.push('--cap-add', 'CAP_SETUID', '--cap-add', 'CAP_SETGID', '--cap-add', 'CAP_SETPCAP');
  else args.push('--unshare-user', '--uid', USER, '--gid', USER);
  return ['bwrap', ...args, ...user, process.execPath, '/pod.mjs', JSON.stringify(job)];
}

/** Names of the packages in node_modules that the program needs when it runs, without what the image leaves out. */
export function productionModules() {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).flatMap(([path, { dev, devOptional, optional }]) => {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1];
    const isLeftOut = dev || devOptional || name === 'typescript';
    if (name === undefined || isLeftOut) return [];
    return optional && !isThere(join(ROOT, 'node_modules', name)) ? [] : [name];
  });
}

/** Without this a folder above a mount is open to root alone. */
function openFolder(path) {
  return ['--perms', '0755', '--dir', path];
}

/** The folders above a path, from the root on. */
function parentsOf(path) {
  const parent = dirname(path);
  return parent === '/' ? [] : [...parentsOf(parent), parent];
}

function shareSystem(path) {
  if (!isThere(path)) return [];
  return lstatSync(path).isSymbolicLink()
    ? ['--symlink', readlinkSync(path), path]
    : ['--ro-bind', path, path];
}

function isThere(path) {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

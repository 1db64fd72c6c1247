import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.mjs';

/** Writes which commit the program is built from; its date instead of the clock's makes builds reproducible. */
export function writeBuildInfo() {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  writeFileSync(join(ROOT, 'dist/build-info.json'), `${JSON.stringify(readCommit(), null, 2)}\n`);
}

function readCommit() {
  const unknown = { commit: 'unknown', build_date: 'unknown' };
  // An image is built from a copy of the files, without the repository.
  const { BUILD_COMMIT, BUILD_DATE } = process.env;
  if (BUILD_COMMIT && BUILD_DATE) return { commit: BUILD_COMMIT, build_date: BUILD_DATE };
  // Without this check git would find the repository of a project around this one.
  if (!existsSync(join(ROOT, '.git'))) return unknown;
  const git = spawnSync('git', ['log', '-1', '--format=%H %ct'], { cwd: ROOT, encoding: 'utf8' });
  const [commit, seconds] = git.status === 0 ? git.stdout.trim().split(' ') : [];
  if (!commit || !seconds) return unknown;
  return { commit, build_date: new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z') };
}

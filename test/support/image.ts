import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type PodJob,
  type PodReport,
  productionModules,
  sandboxCommand,
} from '../../scripts/image-sandbox.mjs';

const SCRIPT = fileURLToPath(new URL('../../scripts/image-tree.mjs', import.meta.url));
/** A tree that was assembled by hand, with dependencies of its own; else one of this build is made. */
const GIVEN_TREE = process.env['THV_TEST_IMAGE_TREE'];

/** False where no sandbox can be made: tests of the image skip, by name. */
export const hasSandbox = spawnSync('bwrap', ['--ro-bind', '/', '/', '--unshare-net', 'true']).status === 0;

/** What a pod has besides the program. */
export interface PodMounts {
  /** Text of /config/config.yaml. */
  readonly config?: string;
  /** Further files below /config: path to text. */
  readonly files?: Readonly<Record<string, string>>;
  readonly folders?: Readonly<Record<string, string>>;
  readonly writable?: readonly string[];
}

/** The file tree of the image, run in a sandbox as the image runs. */
export class ImageTree {
  private readonly root = mkdtempSync(join(tmpdir(), 'image-'));
  private readonly tree = GIVEN_TREE ?? join(this.root, 'app');
  private readonly modules = GIVEN_TREE === undefined ? productionModules() : [];
  private pods = 0;

  constructor() {
    if (GIVEN_TREE !== undefined) return;
    execFileSync(process.execPath, [SCRIPT, this.tree, '--no-modules'], { stdio: 'pipe' });
    // Places to mount the packages at, which cannot be made in a tree that is mounted read-only.
    for (const name of this.modules) mkdirSync(join(this.tree, 'node_modules', name), { recursive: true });
  }

  /** Does a job in a pod of its own, to its end. */
  async run(
    job: PodJob,
    { config, files = {}, folders = {}, writable = [] }: PodMounts = {},
  ): Promise<PodReport> {
    this.pods += 1;
    const mounted = join(this.root, `config-${this.pods}`);
    mkdirSync(mounted);
    const all = { ...(config !== undefined && { 'config.yaml': config }), ...files };
    for (const [name, text] of Object.entries(all)) {
      mkdirSync(dirname(join(mounted, name)), { recursive: true });
      writeFileSync(join(mounted, name), text);
    }
    const { tree, modules } = this;
    const [program, ...args] = sandboxCommand({
      tree,
      job,
      modules,
      folders: { '/config': mounted, ...folders },
      writable,
    });
    const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 64 * 1024 * 1024 });
    return JSON.parse(stdout) as PodReport;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

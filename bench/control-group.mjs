import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const CONTROLLERS = ['memory', 'cpu'];
const PERIOD_MICROSECONDS = 100_000;
/** Starts a program inside the groups whose files come before `--`. */
const ENTER = 'while [ "$1" != -- ]; do echo $$ > "$1"; shift; done; shift; exec "$@"';

/**
 * Makes control groups (version 1; takes root) with limits of memory and CPU, as a cluster gives them to a container.
 * @param {{ bytes: number, cpus: number }} limits
 */
export function openGroup({ bytes, cpus }) {
  const folders = Object.fromEntries(
    CONTROLLERS.map((name) => [name, `/sys/fs/cgroup/${name}/bench-image-${process.pid}`]),
  );
  for (const name of CONTROLLERS) {
    if (!existsSync(`/sys/fs/cgroup/${name}`))
      throw new Error('No control groups, version 1: use --no-limits');
    mkdirSync(folders[name]);
  }
  const write = (name, file, value) => writeFileSync(join(folders[name], file), String(value));
  const read = (name, file) => readFileSync(join(folders[name], file), 'utf8');
  write('memory', 'memory.limit_in_bytes', bytes);
  write('cpu', 'cpu.cfs_period_us', PERIOD_MICROSECONDS);
  write('cpu', 'cpu.cfs_quota_us', cpus * PERIOD_MICROSECONDS);
  return {
    /** The command that runs another one inside. */
    enter: (command) => {
      const files = CONTROLLERS.map((name) => join(folders[name], 'cgroup.procs'));
      return ['sh', '-c', ENTER, 'sh', ...files, '--', ...command];
    },
    /** Ends the group, in which nothing runs any more, and tells what it used; page cache counts as memory. */
    close: async () => {
      const groupBytes = Number(read('memory', 'memory.max_usage_in_bytes'));
      const throttledSeconds = Number(/throttled_time (\d+)/.exec(read('cpu', 'cpu.stat'))?.[1]) / 1e9;
      for (const name of CONTROLLERS) await removeFolder(folders[name]);
      return { groupBytes, throttledSeconds };
    },
  };
}

/** The kernel keeps a group busy for a moment after its last process. */
async function removeFolder(folder) {
  for (let tries = 50; ; tries -= 1) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      if (error.code !== 'EBUSY' || tries === 0) throw error;
    }
    await delay(100);
  }
}

import { cpuMicroseconds } from './process-stats.mjs';
import { loadWithWrk } from './wrk.mjs';

const WARM_UP_SECONDS = 1;

/**
 * Loads several servers with one scenario, one after the other in each round, so that whatever else the machine does
 * falls on all of them.
 * @param {{ id: string, path: string, headers: Record<string, string> }} scenario
 * @param {{ base: string, pid?: number }[]} subjects `pid` is needed for CPU time
 * @param {{ rounds: number, seconds: number }} lengths
 * @returns {Promise<object[][]>} the figures of each round, for each subject
 */
export async function measureInTurns(scenario, subjects, { rounds, seconds }) {
  for (const { base } of subjects) {
    await loadWithWrk(base + scenario.path, scenario.headers, Math.min(WARM_UP_SECONDS, seconds));
  }
  const measured = subjects.map(() => []);
  for (let round = 1; round <= rounds; round += 1) {
    for (const [index, subject] of subjects.entries()) {
      measured[index].push(await turn(scenario, subject, seconds));
    }
  }
  return measured;
}

async function turn({ path, headers }, { base, pid }, seconds) {
  const before = pid === undefined ? undefined : cpuMicroseconds(pid);
  const figures = await loadWithWrk(base + path, headers, seconds);
  if (figures.requests === 0) throw new Error(`${base}${path} answered nothing in ${seconds} s`);
  if (before === undefined) return figures;
  return { ...figures, cpuMicroseconds: (cpuMicroseconds(pid) - before) / figures.requests };
}

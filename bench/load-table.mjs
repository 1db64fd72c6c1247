import { fileURLToPath } from 'node:url';
import { printedAddress, startNode, stop } from './child-processes.mjs';
import { median } from './medians.mjs';
import { prepareScenarios } from './scenarios.mjs';
import { measureInTurns } from './turns.mjs';

/**
 * Starts the limit of a server: bare node:http that answers with the same bytes.
 * @returns {Promise<{ base: string, pid: number, end: () => Promise<void> }>}
 */
export async function startLimit(from) {
  const program = fileURLToPath(new URL('./limit-server.mjs', import.meta.url));
  const server = startNode([program, '--from', from]);
  return { base: await printedAddress(server), pid: server.pid, end: () => stop(server.child) };
}

/**
 * Measures a server and its limit in turns, scenario by scenario.
 * @param {{ base: string, pid?: number }} subject
 * @param {{ base: string, pid: number }} limit
 * @param {{ rounds: number, seconds: number, scenarios?: object[], credentials?: Record<string, string> }} how
 */
export async function measureLoad(subject, limit, { rounds, seconds, scenarios, credentials }) {
  const measured = [];
  for (const scenario of await prepareScenarios(subject.base, scenarios, credentials)) {
    if (scenario.skipped !== undefined) {
      console.error(`  ${scenario.id}: skipped, it ${scenario.skipped}`);
      measured.push(scenario);
      continue;
    }
    const [ours, most] = await measureInTurns(scenario, [subject, limit], { rounds, seconds });
    const line = { ...scenario, server: ours, limit: most };
    console.error(
      `  ${scenario.id}: ${rate(ours)} req/s, limit ${rate(most)}, ratio ${ratioToLimit(line).toFixed(2)}`,
    );
    measured.push(line);
  }
  return measured;
}

/** Both were measured in the same minute: the ratio of each round is steadier than either figure. */
export function ratioToLimit({ server, limit }) {
  return median(server.map((round, index) => round.requestsPerSecond / limit[index].requestsPerSecond));
}

function rate(rounds) {
  return median(rounds.map(({ requestsPerSecond }) => requestsPerSecond)).toFixed(0);
}

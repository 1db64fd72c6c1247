import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './medians.mjs';

const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));
const NONE = '–';

/** Writes the raw figures and the table to bench/results/, and returns the table. */
export function saveReport(results) {
  mkdirSync(RESULTS, { recursive: true });
  const stem = join(RESULTS, `run-${results.startedAt.replaceAll(/[:.]/g, '-')}`);
  const report = renderReport(results);
  writeFileSync(`${stem}.json`, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(`${stem}.md`, report);
  return { report, stem };
}

/** A Markdown table with one line for each scenario; every figure is the median over the rounds. */
export function renderReport(results) {
  const { memory } = results;
  const lines = [
    `# Run of ${results.startedAt}`,
    '',
    `${results.subject}; Node ${results.node}, ${results.cores} cores, ${results.rounds} rounds of ${results.seconds} s, 64 connections.`,
    '',
    '| Scenario | body bytes | req/s | limit req/s | ratio | CPU µs/req | limit CPU µs/req | p99 ms | limit p99 ms | failures |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...results.scenarios.map((scenario) => line(scenario)),
  ];
  if (memory !== undefined) {
    lines.push(
      '',
      `Memory of the server: ${memory.idle.toFixed(0)} MB idle, ${memory.peak.toFixed(0)} MB peak.`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function line({ id, skipped, bytes, server, limit }) {
  if (skipped !== undefined) return row([id, `skipped: it ${skipped}`, ...Array(8).fill(NONE)]);
  // Both were measured in the same minute: the ratio of each round is steadier than either figure.
  const ratio = median(
    server.map((round, index) => round.requestsPerSecond / limit[index].requestsPerSecond),
  );
  return row([
    id,
    String(bytes),
    figure(server, 'requestsPerSecond', 0),
    figure(limit, 'requestsPerSecond', 0),
    ratio.toFixed(2),
    figure(server, 'cpuMicroseconds', 1),
    figure(limit, 'cpuMicroseconds', 1),
    figure(server, 'p99Ms', 1),
    figure(limit, 'p99Ms', 1),
    String([...server, ...limit].reduce((sum, round) => sum + round.failures, 0)),
  ]);
}

function figure(rounds, member, digits) {
  const values = rounds.map((round) => round[member]).filter((value) => value !== undefined);
  return median(values)?.toFixed(digits) ?? NONE;
}

function row(cells) {
  return `| ${cells.join(' | ')} |`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = process.argv[2];
  if (file === undefined) {
    console.error('Usage: node bench/report.mjs bench/results/run-….json');
    process.exit(2);
  }
  process.stdout.write(renderReport(JSON.parse(readFileSync(file, 'utf8'))));
}

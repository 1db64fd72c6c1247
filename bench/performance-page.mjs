import { readFileSync, writeFileSync } from 'node:fs';
import { GOALS, judged } from './goals.mjs';
import { ratioToLimit } from './load-table.mjs';
import { median } from './medians.mjs';

const BEGIN = '<!-- report:begin, replaced by npm run bench -- --report FILE -->';
const END = '<!-- report:end -->';
/** The tables are not laid out as the formatter would. */
const UNFORMATTED_BEGIN = '<!-- prettier-ignore-start -->';
const UNFORMATTED_END = '<!-- prettier-ignore-end -->';
const NONE = '–';

/** Puts the report between the markers of a page. @throws Error when the page has no markers */
export function replaceReport(path, report) {
  const page = readFileSync(path, 'utf8');
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`${path} has no place for a report: ${BEGIN} … ${END}`);
  writeFileSync(
    path,
    `${page.slice(0, begin + BEGIN.length)}\n${UNFORMATTED_BEGIN}\n\n${report.trim()}\n\n${UNFORMATTED_END}\n${page.slice(end)}`,
  );
}

/** The whole report as Markdown. */
export function renderPage(results) {
  return [
    headText(results),
    ...results.sizes.map((size) => loadSection(size)),
    spreadSection(results.sizes),
    searchSection(results.sizes),
    restSection(results),
    memorySection(results),
    duringSyncSection(results.readDuringSync),
  ]
    .filter((section) => section !== undefined)
    .join('\n\n');
}

function headText({ startedAt, commit, node, cores, rounds, seconds, isQuick, loadAverage, minutes }) {
  const [before, after] = loadAverage.map((load) => load.toFixed(1));
  return [
    `${isQuick ? 'Quick run' : 'Run'} of ${startedAt.slice(0, 16).replace('T', ' ')} UTC, commit ${commit}: Node ${node}, ${cores} cores,`,
    `${rounds} ${rounds === 1 ? 'round' : 'rounds'} of ${seconds} s, 64 connections, ${minutes.toFixed(0)} min. Load average before ${before}, after ${after}`,
    `(before: what else the machine did).`,
  ].join('\n');
}

function loadSection({ entries, scenarios, protectedScenarios = [], fixedRate, crawls }) {
  const rows = [...scenarios, ...protectedScenarios].map((scenario) => loadRow(scenario, entries));
  const crawled = crawlRow(crawls);
  const rates = fixedRate.map(({ id, p99Ms, limitP99Ms, rounds }) => {
    const rate = figure(rounds, 'rate');
    const [{ asked }] = rounds;
    const doubt = rate < asked * 0.9 ? ' (the machine could not do more)' : '';
    const failures = rounds.reduce((sum, round) => sum + round.failures, 0);
    return [
      `p99 of ${id}, fixed rate`,
      judged(p99Ms, { below: GOALS.fixedRateP99Ms, unit: ' ms', digits: 1 }),
      `${limitP99Ms.toFixed(1)} ms`,
      `below ${GOALS.fixedRateP99Ms} ms`,
      `${rate.toFixed(0)} of ${asked} req/s asked${doubt}, ${failures} failures`,
    ];
  });
  return [
    `### ${entries.toLocaleString('en')} entries of 2 KB`,
    '',
    ...table(
      [
        'Request',
        'bytes',
        'req/s',
        'limit',
        'ratio (spread)',
        'goal',
        'CPU ms / 1,000',
        'limit CPU',
        'p99 ms',
        'failures',
      ],
      [...rows, crawled],
    ),
    '',
    ...table(['At half of peak', 'p99', 'p99 of the limit', 'goal', 'sent'], rates),
  ].join('\n');
}

function loadRow(scenario, entries) {
  const { id, skipped, bytes, server, limit, goal, isSearch } = scenario;
  if (skipped !== undefined) return [id, `skipped: it ${skipped}`, ...Array(8).fill(NONE)];
  const ratio = ratioToLimit(scenario);
  const ratios = server.map((round, index) => round.requestsPerSecond / limit[index].requestsPerSecond);
  // A search is held to the ratio up to 10,000 entries and to its CPU time above.
  const holdsRatio = goal !== undefined && !(isSearch && entries > 10_000);
  const cpuMs = figure(server, 'cpuMicroseconds');
  const spread = `(${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`;
  const cpu = cpuMs === undefined ? NONE : judgedCpu(cpuMs, isSearch);
  return [
    id,
    String(bytes),
    figure(server, 'requestsPerSecond').toFixed(0),
    figure(limit, 'requestsPerSecond').toFixed(0),
    `${judged(ratio, { digits: 2, ...(holdsRatio && { atLeast: goal }) })} ${spread}`,
    goalText(goal, holdsRatio, isSearch),
    cpu,
    figure(limit, 'cpuMicroseconds')?.toFixed(0) ?? NONE,
    figure(server, 'p99Ms').toFixed(1),
    String([...server, ...limit].reduce((sum, round) => sum + round.failures, 0)),
  ];
}

/** Microseconds for one request are milliseconds for 1,000. */
function judgedCpu(cpuMicroseconds, isSearch) {
  return judged(cpuMicroseconds, isSearch ? { below: GOALS.searchCpuMs * 1000 } : {});
}

function goalText(goal, holdsRatio, isSearch) {
  if (holdsRatio) return goal.toFixed(1);
  return isSearch ? `CPU below ${GOALS.searchCpuMs * 1000}` : NONE;
}

function crawlRow({ rounds, ratio }) {
  const [{ pages, bytes }] = rounds;
  const perSecond = (member) => (pages / median(rounds.map((round) => round[member]))).toFixed(0);
  return [
    `crawl, ${pages} pages of 100, one after the other`,
    String(Math.round(bytes / pages)),
    perSecond('seconds'),
    perSecond('limitSeconds'),
    judged(ratio, { digits: 2, atLeast: GOALS.crawlRatio }),
    GOALS.crawlRatio.toFixed(1),
    figure(rounds, 'cpuMicroseconds').toFixed(0),
    NONE,
    NONE,
    '0',
  ];
}

/** Whether lists slow down: the ratio to the limit at each size, beside each other. */
function spreadSection(sizes) {
  if (sizes.length < 2) return undefined;
  const ids = sizes[0].scenarios.map(({ id }) => id);
  const rows = ids.map((id) => [
    id,
    ...sizes.map(({ scenarios }) => {
      const scenario = scenarios.find((one) => one.id === id);
      return scenario?.server === undefined ? NONE : ratioToLimit(scenario).toFixed(2);
    }),
  ]);
  const heads = ['Ratio to the limit', ...sizes.map(({ entries }) => entries.toLocaleString('en'))];
  return ['### The same at every size', '', ...table(heads, rows)].join('\n');
}

/** What a search costs whose answer is not kept. */
function searchSection(sizes) {
  const rows = sizes.flatMap(({ entries, firstSearches }) =>
    firstSearches.map(({ id, cpuMicroseconds, worstMs }) => [
      id,
      entries.toLocaleString('en'),
      judged(cpuMicroseconds / 1000, { digits: 2, unit: ' ms', below: GOALS.searchCpuMs }),
      `below ${GOALS.searchCpuMs} ms`,
      `${worstMs.toFixed(0)} ms`,
    ]),
  );
  const heads = ['Search', 'entries', 'CPU for one', 'goal', 'longest of 60, one after the other'];
  return ['### Searches that nobody asked before', '', ...table(heads, rows)].join('\n');
}

function restSection({ embedded, sizes, real }) {
  const rows = [];
  if (embedded !== undefined) {
    const warm = median(embedded.warm.map(({ readyMs }) => readyMs));
    rows.push(
      timeRow(
        `start to ready, embedded, ${embedded.entries} entries, first`,
        embedded.first.readyMs,
        GOALS.embeddedFirstMs,
      ),
      timeRow(`start to ready, embedded, ${embedded.entries} entries, warm`, warm, GOALS.embeddedWarmMs),
    );
  }
  for (const { entries, mode, firstSyncMs, startMs, change } of [...sizes, ...real]) {
    const what = `${entries.toLocaleString('en')} entries${mode === 'real' ? ' of real sizes' : ''}`;
    const isTwoKilobytes = mode === '2kb';
    const syncGoal = isTwoKilobytes ? GOALS.firstSyncSeconds[entries] : undefined;
    rows.push(
      timeRow(
        `start of the program with an empty database to served, ${what}`,
        firstSyncMs,
        syncGoal && syncGoal * 1000,
      ),
      timeRow(
        `start to ready from PostgreSQL, ${what}`,
        median(startMs),
        isTwoKilobytes && entries === 10_000 ? GOALS.startFromDatabaseMs : undefined,
      ),
      timeRow(
        `one entry changed, until it is served, ${what}`,
        change.seconds * 1000,
        GOALS.changeSeconds * 1000,
      ),
      [`…rows written`, judged(change.rows, { below: GOALS.changeRows }), `below ${GOALS.changeRows}`],
    );
  }
  return ['### Start and sync', '', ...table(['What', 'figure', 'goal'], rows)].join('\n');
}

function timeRow(title, ms, goalMs) {
  const goal = goalMs === undefined ? NONE : `below ${goalMs / 1000} s`;
  return [
    title,
    judged(ms / 1000, { digits: 2, unit: ' s', ...(goalMs !== undefined && { below: goalMs / 1000 }) }),
    goal,
  ];
}

function memorySection({ embedded, sizes, real }) {
  const rows = [...real, ...sizes].map(({ entries, mode, memory }) => {
    const below =
      mode === '2kb'
        ? GOALS.memoryMebibytes[entries]
        : entries < 1_000
          ? GOALS.realMemoryMebibytes
          : undefined;
    const cell = (value) => judged(value, below === undefined ? {} : { below });
    return [
      `PostgreSQL, ${entries.toLocaleString('en')} entries, ${mode === 'real' ? 'real sizes' : '2 KB'}`,
      cell(memory.afterSync),
      memory.syncPeak.toFixed(0),
      cell(memory.afterStart),
      cell(memory.afterLoad),
      memory.peak.toFixed(0),
      below === undefined ? NONE : `below ${below}`,
    ];
  });
  if (embedded !== undefined) {
    const [first, warm] = [embedded.first, embedded.warm[0]];
    const mebibytes = (megabytes) => (megabytes / 1.048576).toFixed(0);
    rows.unshift([
      `embedded, ${embedded.entries} entries, real sizes`,
      mebibytes(first.idleMegabytes),
      mebibytes(first.peakMegabytes),
      mebibytes(warm.idleMegabytes),
      NONE,
      NONE,
      NONE,
    ]);
  }
  const heads = [
    'Resident memory, MiB',
    'after first sync',
    'its peak',
    'after a start',
    'after the load',
    'peak',
    'goal',
  ];
  return ['### Memory', '', ...table(heads, rows)].join('\n');
}

function duringSyncSection(outcome) {
  if (outcome === undefined) return undefined;
  const text = outcome.report ?? `The measurement failed: ${outcome.failure}`;
  return `### Reads while a large source syncs\n\n${text.trim()}`;
}

function figure(rounds, member) {
  return median(rounds.map((round) => round[member]).filter((value) => value !== undefined));
}

function table(heads, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)];
}

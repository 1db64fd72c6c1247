import { fileURLToPath } from 'node:url';
import {
  answersOk,
  cleanUpAtExit,
  printedAddress,
  startNode,
  stopAll,
  wasInterrupted,
} from './child-processes.mjs';
import { integerOption, readOptions } from './options.mjs';
import { startPostgresql } from './postgresql.mjs';

const USAGE = 'node bench/sync.mjs [--versions 50000] [--embedded]';
const ROUND_LIMIT_MS = 3_600_000;
const CHANGES = 10;
const FIGURES = [
  ['duration', 's', 'seconds', 1],
  ['fetched after', 's', 'fetchedAfter', 1],
  ['writing after', 's', 'writingAfter', 1],
  ['CPU time of the process', 's', 'cpuSeconds', 1],
  ['resident memory, peak', 'MB', 'peakMegabytes', 0],
  ['event loop blocked, longest', 'ms', 'maxBlockMs', 0],
  ['…of it computing itself', 'ms', 'maxOwnMs', 0],
  ['event loop blocked, p99', 'ms', 'p99BlockMs', 1],
  ['rows written', '', 'rows', 0],
  ['statements', '', 'statements', 0],
  ['versions added', '', 'added', 0],
  ['versions changed', '', 'changed', 0],
];

const options = readOptions(USAGE, {
  versions: { type: 'string', default: '50000' },
  embedded: { type: 'boolean', default: false },
});
const versions = integerOption(USAGE, 'versions', options.versions, CHANGES);
let database;
cleanUpAtExit(() => database?.cleanUp());

try {
  const upstream = startNode([script('sync-upstream.mjs'), '--versions', String(versions)]);
  const address = await printedAddress(upstream);
  await answersOk(upstream, `${address}/v0.1/servers`);
  if (!options.embedded) database = await startPostgresql();
  const rounds = [['first round', await round(address)]];
  // The embedded store is in memory and ends with its process.
  if (database !== undefined) {
    await fetch(`${address}/change?count=${CHANGES}`, { method: 'POST' });
    rounds.push([`${CHANGES} changes`, await round(address)], ['no change', await round(address)]);
  }
  console.log(render(rounds));
} catch (error) {
  if (!wasInterrupted()) console.error(error.message);
  process.exitCode = 1;
} finally {
  await stopAll();
  await database?.remove();
}

async function round(address) {
  const where = database === undefined ? [] : ['--database', database.url];
  const program = startNode([script('sync-round.mjs'), '--upstream', address, ...where]);
  const timer = setTimeout(() => program.child.kill('SIGKILL'), ROUND_LIMIT_MS);
  const code = await new Promise((resolve) => {
    program.child.once('close', resolve);
  });
  clearTimeout(timer);
  const figures = program.lines.find((line) => line.startsWith('{"outcome"'));
  if (code !== 0 || figures === undefined) throw new Error(`The round failed:\n${program.lines.join('\n')}`);
  console.error(figures);
  return JSON.parse(figures);
}

function script(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

function render(rounds) {
  const rows = FIGURES.map(([title, unit, member, digits]) => {
    const cells = rounds.map(([, figures]) => figures[member]?.toFixed(digits) ?? '');
    return `| ${title} | ${unit} | ${cells.join(' | ')} |`;
  });
  const engine = database === undefined ? 'the embedded store in memory' : 'PostgreSQL';
  return [
    `${versions} versions from a registry, into ${engine}`,
    '',
    `| | unit | ${rounds.map(([title]) => title).join(' | ')} |`,
    `|---|---|${rounds.map(() => '---').join('|')}|`,
    ...rows,
  ].join('\n');
}

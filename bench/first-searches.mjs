import { cpuMicroseconds } from './process-stats.mjs';

/** Pages of as many different lengths are as many different requests: no answer is a kept one. */
const LONGEST_PAGE = 60;

/** What is searched for; `{rare}` is the last part of one entry's name. */
const SEARCHES = [
  { id: 'one common word', query: 'search=data' },
  { id: 'one rare word', query: 'search={rare}' },
  { id: 'two words', query: 'search=work+data' },
  { id: 'a word that is nowhere', query: 'search=zzqxv' },
  { id: 'a word with a typing error', query: 'search=calender' },
  { id: 'one common word, by relevance', query: 'search=data&sort=relevance' },
  { id: 'two words, by relevance', query: 'search=work+data&sort=relevance' },
  { id: 'one letter, by relevance', query: 'search=a&sort=relevance' },
];

/**
 * What searches cost that nobody asked before, one after the other.
 * @param {{ base: string, pid: number }} subject
 * @returns {Promise<{ id: string, cpuMicroseconds: number, worstMs: number }[]>} CPU time for one search, and the
 *   longest that one took
 */
export async function measureFirstSearches({ base, pid }) {
  const first = await (await fetch(`${base}/v0.1/servers?limit=1`)).json();
  const rare = encodeURIComponent(first.servers[0].server.name.split('/').at(-1));
  const measured = [];
  for (const { id, query } of SEARCHES) {
    const address = `${base}/v0.1/servers?${query.replace('{rare}', rare)}`;
    const before = cpuMicroseconds(pid);
    let worstMs = 0;
    for (let limit = 1; limit <= LONGEST_PAGE; limit += 1) {
      const begin = performance.now();
      const answer = await fetch(`${address}&limit=${limit}`);
      await answer.arrayBuffer();
      if (answer.status !== 200) throw new Error(`${address} answers ${answer.status}`);
      worstMs = Math.max(worstMs, performance.now() - begin);
    }
    measured.push({ id, cpuMicroseconds: (cpuMicroseconds(pid) - before) / LONGEST_PAGE, worstMs });
  }
  return measured;
}

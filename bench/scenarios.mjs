import { crawl } from './crawl.mjs';

/**
 * What is measured. `{name}` stands for the first server of the registry, `{rare}` for a word of its name,
 * `{deep}` for a cursor at 90 % of the list, `{now}` for this moment. `goal` is the least ratio to the limit.
 * `conditional` repeats the request with the answer's own ETag, so that the right answer is a 304.
 */
export const SCENARIOS = [
  { id: 'page of 30', path: '/v0.1/servers?limit=30', goal: 0.8 },
  { id: 'page of 100', path: '/v0.1/servers?limit=100', goal: 0.8 },
  { id: 'page of 30, at 90 %', path: '/v0.1/servers?limit=30&cursor={deep}', goal: 0.8 },
  { id: 'page of 30, latest', path: '/v0.1/servers?limit=30&version=latest', goal: 0.8 },
  { id: 'one entry, latest', path: '/v0.1/servers/{name}/versions/latest', goal: 0.8 },
  { id: 'one entry, versions', path: '/v0.1/servers/{name}/versions', goal: 0.8 },
  { id: 'page of 30, unchanged (304)', path: '/v0.1/servers?limit=30', conditional: true, goal: 0.8 },
  { id: 'search, common word', path: '/v0.1/servers?search=data', isSearch: true, goal: 0.5 },
  { id: 'search, rare word', path: '/v0.1/servers?search={rare}', isSearch: true, goal: 0.5 },
  { id: 'search, two words', path: '/v0.1/servers?search=work+data', isSearch: true, goal: 0.5 },
  { id: 'updated since, nothing new', path: '/v0.1/servers?limit=30&updated_since={now}' },
  { id: 'health', path: '/health' },
];

/** The subset that a quick run measures. */
export const QUICK_SCENARIOS = SCENARIOS.filter(({ id }) =>
  [
    'page of 30',
    'page of 30, latest',
    'one entry, latest',
    'page of 30, unchanged (304)',
    'search, common word',
  ].includes(id),
);

/** With a token: what its verification and the caller's own view cost. */
export const PROTECTED_SCENARIOS = [
  { id: 'page of 30, with a token', path: '/v0.1/servers?limit=30', goal: 0.6 },
  { id: 'one entry, with a token', path: '/v0.1/servers/{name}/versions/latest', goal: 0.6 },
];

/**
 * Fills in the scenarios for a running registry and tries each once.
 * @param {string} base address without a trailing slash
 * @param {Record<string, string>} credentials headers that every request needs
 * @returns scenarios with `path`, `headers`, `status`, `bytes`; with `skipped`, a reason, where one cannot be measured
 */
export async function prepareScenarios(base, scenarios = SCENARIOS, credentials = {}) {
  const first = await fetch(`${base}/v0.1/servers?limit=1`, { headers: credentials }).catch((error) => {
    throw new Error(`Cannot reach ${base}: ${error.cause?.message ?? error.message}`, { cause: error });
  });
  if (!first.ok) throw new Error(`${base}/v0.1/servers answers ${first.status}: is this a registry?`);
  const name = (await first.json()).servers[0]?.server.name;
  if (name === undefined) throw new Error(`${base} holds no servers: nothing to measure`);
  const values = {
    '{name}': encodeURIComponent(name),
    // The last part of a generated name ends in a number that no other has.
    '{rare}': encodeURIComponent(name.split('/').at(-1)),
    '{now}': encodeURIComponent(new Date().toISOString()),
    '{deep}': '',
  };
  if (scenarios.some(({ path }) => path.includes('{deep}'))) {
    const { cursors } = await crawl(base, credentials);
    values['{deep}'] = encodeURIComponent(cursors[Math.floor(cursors.length * 0.9)] ?? '');
  }
  const prepared = [];
  for (const scenario of scenarios) {
    const path = Object.entries(values).reduce(
      (text, [key, value]) => text.replace(key, value),
      scenario.path,
    );
    const trial = await tryOnce(base + path, scenario.conditional === true, credentials);
    prepared.push({ ...scenario, path, ...trial, headers: { ...credentials, ...trial.headers } });
  }
  return prepared;
}

async function tryOnce(url, isConditional, credentials) {
  // The load generator asks without compression, so the trial does too.
  const plain = { ...credentials, 'accept-encoding': 'identity' };
  const whole = await fetch(url, { headers: plain });
  const bytes = (await whole.arrayBuffer()).byteLength;
  if (whole.status !== 200) return { headers: {}, skipped: `answers ${whole.status}` };
  if (!isConditional) return { headers: {}, status: 200, bytes };

  const etag = whole.headers.get('etag');
  if (etag === null) return { headers: {}, skipped: 'has no ETag' };
  const headers = { 'if-none-match': etag };
  const unchanged = await fetch(url, { headers: { ...plain, ...headers } });
  await unchanged.arrayBuffer();
  if (unchanged.status !== 304) return { headers, skipped: `answers ${unchanged.status} instead of 304` };
  return { headers, status: 304, bytes: 0 };
}

/**
 * What is measured. `{name}` stands for the first server of the registry, `{deep}` for a cursor at 90 % of the list.
 * `conditional` repeats the request with the answer's own ETag, so that the right answer is a 304.
 */
export const SCENARIOS = [
  { id: 'page of 30', path: '/v0.1/servers?limit=30' },
  { id: 'page of 100', path: '/v0.1/servers?limit=100' },
  { id: 'page of 30, latest', path: '/v0.1/servers?limit=30&version=latest' },
  { id: 'page of 30, at 90 %', path: '/v0.1/servers?limit=30&cursor={deep}' },
  { id: 'one entry, latest', path: '/v0.1/servers/{name}/versions/latest' },
  { id: 'one entry, versions', path: '/v0.1/servers/{name}/versions' },
  { id: 'page of 30, unchanged', path: '/v0.1/servers?limit=30', conditional: true },
  { id: 'search, common word', path: '/v0.1/servers?search=data' },
  { id: 'search, two words', path: '/v0.1/servers?search=work+data' },
  { id: 'search, rare word', path: '/v0.1/servers?search=qzx' },
  { id: 'health', path: '/health' },
];

/**
 * Fills in the scenarios for a running registry and tries each once.
 * @param {string} base address without a trailing slash
 * @returns scenarios with `path`, `headers`, `status`, `bytes`; with `skipped`, a reason, where one cannot be measured
 */
export async function prepareScenarios(base) {
  const first = await fetch(`${base}/v0.1/servers?limit=1`).catch((error) => {
    throw new Error(`Cannot reach ${base}: ${error.cause?.message ?? error.message}`, { cause: error });
  });
  if (!first.ok) throw new Error(`${base}/v0.1/servers answers ${first.status}: is this a registry?`);
  const name = (await first.json()).servers[0]?.server.name;
  if (name === undefined) throw new Error(`${base} holds no servers: nothing to measure`);
  const deep = await deepCursor(base);
  const prepared = [];
  for (const scenario of SCENARIOS) {
    const path = scenario.path.replace('{name}', encodeURIComponent(name)).replace('{deep}', deep);
    prepared.push({ ...scenario, path, ...(await tryOnce(base + path, scenario.conditional === true)) });
  }
  return prepared;
}

/** The cursor behind 90 % of the list, found by reading it. */
async function deepCursor(base) {
  const cursors = [];
  for (let cursor = ''; cursor !== undefined;) {
    const page = await fetch(`${base}/v0.1/servers?limit=100${cursor && `&cursor=${cursor}`}`);
    cursor = (await page.json()).metadata.nextCursor;
    if (cursor !== undefined) cursors.push(cursor);
  }
  return cursors[Math.floor(cursors.length * 0.9)] ?? '';
}

async function tryOnce(url, isConditional) {
  // The load generator asks without compression, so the trial does too.
  const plain = { 'accept-encoding': 'identity' };
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

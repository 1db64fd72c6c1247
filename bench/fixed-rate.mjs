import autocannon from 'autocannon';

const CONNECTIONS = 64;

/**
 * Asks at a fixed rate over 64 connections. A request that has to wait for its turn counts its waiting too, so an
 * answer that holds up others is not counted once only.
 * @param {{ url: string, headers?: Record<string, string>, rate: number, seconds: number }} load `rate` in requests a second
 * @returns {Promise<{ p99Ms: number, rate: number, asked: number, failures: number }>} `rate` is what the generator
 *   managed to send: far below `asked`, the figure is about the generator
 */
export async function loadAtRate({ url, headers = {}, rate, seconds }) {
  const asked = Math.max(CONNECTIONS, Math.floor(rate));
  const result = await autocannon({
    url,
    headers,
    connections: CONNECTIONS,
    overallRate: asked,
    duration: seconds,
  });
  return {
    p99Ms: result.latency.p99,
    rate: result.requests.average,
    asked,
    failures: result.non2xx + result.errors + result.timeouts,
  };
}

import { describe, expect, it } from 'vitest';
import { inlineSource, useRegistry, type Answer } from '../../../support/registry-server.js';

/** Enough for a first round that takes a while. */
const SERVERS = Array.from({ length: 3000 }, (_, at) => ({
  name: `com.example/server-${at}`,
  version: '1.0.0',
  description: `Server ${at}`,
}));

describe('GET /readiness while the first rounds are under way', () => {
  const registry = useRegistry({
    isReady: false,
    config: () => ({
      sources: [inlineSource('few', SERVERS.slice(0, 1)), inlineSource('many', SERVERS)],
      registries: ['few', 'many'].map((name) => ({ name, sources: [name] })),
    }),
  });

  it('is 503 until every registry can be read, and 200 only from then on', async () => {
    const refusals: Answer[] = [];
    const seen: (readonly [readiness: number, few: number, many: number])[] = [];
    await registry.until(async () => {
      // The lists are asked for later, so they may only be ahead of the readiness.
      const readiness = await registry.get('/readiness');
      const few = await registry.get('/registry/few/v0.1/servers?limit=1');
      const many = await registry.get('/registry/many/v0.1/servers?limit=1');
      seen.push([readiness.status, few.status, many.status]);
      refusals.push(...[readiness, few, many].filter(({ status }) => status === 503));
      return readiness.status === 200 && few.status === 200 && many.status === 200;
    });

    expect(
      seen.filter(([readiness, few, many]) => readiness === 200 && (few !== 200 || many !== 200)),
    ).toEqual([]);
    expect(refusals.length).toBeGreaterThan(0);
    for (const { headers, text } of refusals) {
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(text).toContain('"error":"');
    }
    expect((await registry.get('/health')).status).toBe(200);
  });
});

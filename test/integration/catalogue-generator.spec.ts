import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { catalogueText, generateCatalogue } from '../../bench/catalogue.mjs';
import { checkOfficial } from '../../src/model/official-document.js';
import { hasSharedData, sharedData } from '../support/shared-data.js';

const OPTIONS = { entries: 1000, seed: 7, mode: '2kb' } as const;

describe('generateCatalogue', () => {
  it('makes the same catalogue from the same seed and another from another', () => {
    const first = JSON.stringify(generateCatalogue(OPTIONS));

    expect(JSON.stringify(generateCatalogue(OPTIONS)) === first).toBe(true);
    expect(JSON.stringify(generateCatalogue({ ...OPTIONS, seed: 8 })) === first).toBe(false);
  });

  it('writes as text exactly what it returns as an object', () => {
    const text = [...catalogueText(OPTIONS)].join('');

    expect(JSON.parse(text)).toEqual(generateCatalogue(OPTIONS));
  });

  it('gives a fifth of the names 2 to 4 versions and repeats none', () => {
    const { servers } = generateCatalogue(OPTIONS).data;
    const versions = new Map<string, number>();
    for (const { name } of servers) versions.set(name, (versions.get(name) ?? 0) + 1);
    const counts = [...versions.values()];

    expect(versions.size).toBe(1000);
    expect(counts.filter((count) => count > 1)).toHaveLength(200);
    expect(new Set(counts)).toEqual(new Set([1, 2, 3, 4]));
    expect(new Set(servers.map(({ name, version }) => `${name}@${version}`)).size).toBe(servers.length);
  });

  it('draws sizes as in published catalogues in mode real', () => {
    const sizes = generateCatalogue({ entries: 3000, mode: 'real' })
      .data.servers.map((document) => Buffer.byteLength(JSON.stringify(document)))
      .sort((left, right) => left - right);
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    const middle = sizes[Math.floor(sizes.length / 2)];

    expect(middle).toBeGreaterThan(4_200);
    expect(middle).toBeLessThan(5_200);
    expect(mean).toBeGreaterThan(12_500);
    expect(mean).toBeLessThan(15_500);
    expect(sizes.at(-1)).toBeLessThanOrEqual(145_000);
  });

  it('keeps every document near 2 KB in mode 2kb', () => {
    const sizes = generateCatalogue(OPTIONS).data.servers.map((document) => JSON.stringify(document).length);

    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(1_700);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2_300);
  });

  it('makes documents that the official registry takes', () => {
    const errors = generateCatalogue(OPTIONS)
      .data.servers.flatMap((document) => checkOfficial(document))
      .filter(({ severity }) => severity === 'error');

    expect(errors).toEqual([]);
  });

  describe.skipIf(!hasSharedData)('by the official schema', () => {
    it.each(['2kb', 'real'] as const)('is valid in mode %s', (mode) => {
      const ajv = new Ajv({ strict: false });
      addFormats.default(ajv);
      const schema: unknown = JSON.parse(readFileSync(sharedData('server.schema.2025-12-11.json'), 'utf8'));
      const validate = ajv.compile(schema as object);
      const invalid = generateCatalogue({ entries: 300, mode }).data.servers.filter(
        (document) => !validate(document),
      );

      expect(invalid).toEqual([]);
    });
  });
});

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.loader.js';

describe('samples', async () => {
  const folder = fileURLToPath(new URL('../../config/', import.meta.url));
  const samples = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));

  it('are there', () =>
    expect(samples).toEqual(expect.arrayContaining(['config-file.yaml', 'config-multiple.yaml'])));

  it.each(samples)('%s loads without a warning', async (name) => {
    const { warnings } = await loadConfig({ path: join(folder, name), env: {}, strictKeys: true });

    expect(warnings).toEqual([]);
  });
});

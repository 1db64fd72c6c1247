import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));
const MAX_LINES = 300;

const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join(SOURCES, path), 'utf8') }));

describe('source files', () => {
  it('are found', () => {
    expect(files.map(({ path }) => path)).toContain('main.ts');
  });

  it(`have at most ${MAX_LINES} lines`, () => {
    const long = files.filter(({ text }) => text.trimEnd().split('\n').length > MAX_LINES);

    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it('need no forward references between modules', () => {
    const circular = files.filter(({ text }) => /\bforwardRef\b/.test(text));

    expect(circular.map(({ path }) => path)).toEqual([]);
  });
});

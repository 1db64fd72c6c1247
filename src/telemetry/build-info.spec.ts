import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildInfo, readBuildInfo } from './build-info.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'build-info-'));
  mkdirSync(join(root, 'dist'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('readBuildInfo', () => {
  it('joins what package.json, the build and Node know', () => {
    writeFileSync(join(root, 'package.json'), '{"version":"2.3.4"}');
    writeFileSync(join(root, 'dist/build-info.json'), '{"commit":"abc","build_date":"2026-01-02T03:04:05Z"}');

    expect(readBuildInfo(root)).toEqual({
      version: '2.3.4',
      commit: 'abc',
      build_date: '2026-01-02T03:04:05Z',
      node_version: process.version,
      platform: `${process.platform}/${process.arch}`,
    });
  });

  it.each(['', 'no JSON', 'null', '[]', '{"commit":7,"build_date":""}'])(
    'says unknown when the build wrote %j',
    (text) => {
      writeFileSync(join(root, 'package.json'), '{"version":"2.3.4"}');
      writeFileSync(join(root, 'dist/build-info.json'), text);

      expect(readBuildInfo(root)).toMatchObject({
        version: '2.3.4',
        commit: 'unknown',
        build_date: 'unknown',
      });
    },
  );
});

it('buildInfo has the plain version of package.json', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

  expect(buildInfo().version).toBe(version);
});

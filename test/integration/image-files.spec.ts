import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const dockerfile = read('Dockerfile');
const { version } = JSON.parse(read('package.json')) as { version: string };

function read(file: string): string {
  return readFileSync(`${ROOT}${file}`, 'utf8');
}

/** What a shell pattern of .dockerignore keeps, as far as it has no wildcards. */
function keptFiles(): string[] {
  return read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
}

describe('the files of the image', () => {
  it('start the program as the operator and the chart expect, without a shell', () => {
    expect(dockerfile).toMatch(/^ENTRYPOINT \["node", "\/app\/dist\/main.js"\]$/m);
    expect(dockerfile).toMatch(/^CMD \["serve", "--config=\/config\/config.yaml"\]$/m);
    expect(dockerfile).toMatch(/^ {2}CMD \["node", "\/app\/dist\/main.js", "healthcheck"\]$/m);
    expect(dockerfile).toMatch(/^USER 65532:65532$/m);
    expect(dockerfile).toMatch(/^ARG BASE=node:24-/m);
  });

  it('carry the version of the program, as does the chart', () => {
    expect(/^ARG VERSION=(.*)$/m.exec(dockerfile)?.[1]).toBe(version);
    expect((parse(read('charts/thv-registry-api/Chart.yaml')) as { appVersion: string }).appVersion).toBe(
      version,
    );
  });

  it('are made from everything that the build reads', () => {
    const needed = [
      'package.json',
      'package-lock.json',
      '.npmrc',
      'LICENSE',
      'config',
      'migrations',
      'scripts',
      'src',
    ];
    expect(keptFiles()).toEqual(expect.arrayContaining([...needed, 'tsconfig.json', 'tsconfig.build.json']));
  });
});

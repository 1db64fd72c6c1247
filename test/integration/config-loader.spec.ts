import { existsSync, mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isDomainError, type DomainError } from '../../src/common/domain-error.js';
import { loadConfig, type LoadedConfig, type LoadOptions } from '../../src/config/config.loader.js';

const configDirectory = mkdtempSync(join(tmpdir(), 'config-loader-'));

afterAll(() => rm(configDirectory, { recursive: true, force: true }));

/** Loads a configuration from its text, by way of a file, with an empty environment. */
async function load(yaml: string | Uint8Array, options: Partial<LoadOptions> = {}): Promise<LoadedConfig> {
  const path = join(configDirectory, 'config.yaml');
  await writeFile(path, yaml);
  return loadConfig({ env: {}, path, ...options });
}

/** What is wrong with a configuration. Fails when nothing is. */
async function problemsOf(
  yaml: string | Uint8Array,
  options?: Partial<LoadOptions>,
): Promise<DomainError['problems']> {
  const error: unknown = await load(yaml, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isDomainError(error, 'invalid-configuration')) throw new Error('was accepted', { cause: error });
  return error.problems;
}

/** Where a configuration is wrong. */
async function locationsOf(yaml: string, options?: Partial<LoadOptions>): Promise<(string | undefined)[]> {
  return (await problemsOf(yaml, options)).map(({ location }) => location);
}

/** One file source in the single-source form: three lines. */
const SINGLE = `registryName: tools
source: {type: file, file: {path: ./tools.json}}
syncPolicy: {interval: 1h30m}
`;

/** The same with sources and registries: seven lines, the last of them in an item of `registries`. */
const SOURCES = `sources:
  - name: tools
    file: {path: ./tools.json}
    syncPolicy: {interval: 1h30m}
registries:
  - name: tools
    sources: [tools]
`;

const OPERATOR = `registryName: whole
registries:
  - name: tools
    file: {path: ./tools.json}
    syncPolicy: {interval: 1h30m}
`;

describe('forms', () => {
  it('mean the same', async () => {
    const [single, sources, operator] = await Promise.all(
      [SINGLE, SOURCES, OPERATOR].map(async (yaml, index) => {
        const path = join(configDirectory, `form-${index}.yaml`);
        await writeFile(path, yaml);
        return loadConfig({ env: {}, path });
      }),
    );

    expect(single).toEqual(sources);
    expect(operator).toEqual(sources);
    expect(sources?.warnings).toEqual([]);
    expect(sources?.config.sources[0]).toEqual({
      name: 'tools',
      kind: 'file',
      file: { path: './tools.json', maxSize: 100 * 1024 * 1024, timeoutMs: 30_000 },
      syncPolicy: {
        intervalMs: 5_400_000,
        timeoutMs: 600_000,
        retry: { maxAttempts: 5, initialDelayMs: 1000, maxDelayMs: 300_000 },
        allowMassRemoval: false,
      },
    });
  });

  it('may not be mixed, and the shared blocks are still checked', async () => {
    const problems = await problemsOf(`${SOURCES}source: {}\nserver: {shutdownGrace: soon}\n`);

    expect(problems.map(({ message }) => message).join('\n')).toMatch(
      /source belongs to the single-source form/,
    );
    expect(problems.map(({ location }) => location)).toContain('server.shutdownGrace (line 9)');
  });
});

describe('problems', () => {
  it('are all reported at once, with path and line', async () => {
    const yaml = `sources:
  - name: one
    git:
      branch: main
      tag: v1
  - name: one
    file: {path: a, data: b}
    managed:
  - name: three
    file: {path: a}
    filter: {names: {include: ['a[']}}
    syncPolicy: {interval: 10ms}
registries:
  - name: all
    sources: [oen, three, three]
database:
  port: "5432"
`;

    expect(await locationsOf(yaml)).toEqual(
      expect.arrayContaining([
        'sources[0].git.repository (line 3)',
        'sources[0].git (line 3)',
        'sources[1].name (line 6)',
        'sources[1].file (line 7)',
        'sources[1] (line 6)',
        'sources[2].filter.names.include[0] (line 11)',
        'sources[2].syncPolicy.interval (line 12)',
        'registries[0].sources[0] (line 15)',
        'registries[0].sources[2] (line 15)',
        'database.port (line 17)',
        'database.host (line 16)',
      ]),
    );
  });

  it('name the nearest source', async () => {
    const [problem] = await problemsOf(SOURCES.replace('[tools]', '[tolls]'));

    expect(problem?.message).toBe("unknown source 'tolls'; did you mean 'tools'?");
  });

  it('name the variable that gave the value', async () => {
    const env = { THV_REGISTRY_SYNCPOLICY_INTERVAL: 'often' };

    expect(await locationsOf(SINGLE, { env })).toEqual([
      'syncPolicy.interval (THV_REGISTRY_SYNCPOLICY_INTERVAL)',
    ]);
  });

  it('name the block that the type of a single source needs', async () => {
    const [problem] = await problemsOf('source: {type: git, file: {path: a}}\n');

    expect(problem?.message).toBe('type git needs the git block');
  });

  it.each(['', '# nothing\n', 'auth: {mode: anonymous}\n'])(
    'tell that sources are missing in %j',
    async (yaml) => {
      expect((await problemsOf(yaml))[0]?.message).toContain('at least one source must be configured');
    },
  );
});

describe('YAML', () => {
  it('has each key once in a block', async () => {
    expect(await problemsOf(`${SINGLE}registryName: other\n`)).toMatchObject([
      { message: "the key 'registryName' is there twice in one block", line: 4 },
    ]);
  });

  it('may have merge keys', async () => {
    const yaml = SOURCES.replace('- name: tools\n    file', '- &first\n    name: tools\n    file').replace(
      'registries:',
      '  - <<: *first\n    name: copy\nregistries:',
    );

    const { config } = await load(yaml);

    expect(config.sources.map(({ name, kind }) => [name, kind])).toEqual([
      ['tools', 'file'],
      ['copy', 'file'],
    ]);
  });

  it.each([
    [
      'an alias bomb',
      `a: &a [1,2,3,4,5,6,7,8,9]\nb: &b [${'*a,'.repeat(20)}]\nc: &c [${'*b,'.repeat(20)}]\nd: [*c,*c]\n`,
    ],
    ['an alias that contains itself', 'a: &a [*a]\n'],
    ['several documents', `${SINGLE}---\na: 1\n`],
    ['broken syntax', 'a: [1\n'],
    ['what is not UTF-8', new Uint8Array([0x61, 0x3a, 0x20, 0xff])],
    ['a file above 10 MiB', `#${'x'.repeat(10 * 1024 * 1024)}\n${SINGLE}`],
  ])('may not be %s', async (_what, yaml) => {
    expect(await problemsOf(yaml)).toHaveLength(1);
  });

  it('must be there', async () => {
    await expect(loadConfig({ env: {}, path: join(configDirectory, 'nowhere.yaml') })).rejects.toMatchObject({
      code: 'invalid-configuration',
      message: expect.stringContaining('there is no such file'),
    });
  });
});

describe('unknown keys', () => {
  const yaml = SINGLE.replace('interval', 'intervall');

  it('are warnings with the nearest known key', async () => {
    const { config, warnings } = await load(yaml);

    expect(config.sources[0]?.syncPolicy.intervalMs).toBe(1_800_000);
    expect(warnings).toMatchObject([
      { path: 'syncPolicy.intervall', line: 3, message: expect.stringContaining("did you mean 'interval'?") },
      { path: 'syncPolicy.interval', message: expect.stringContaining('30m') },
    ]);
  });

  it('are errors when keys are strict', async () => {
    expect(await locationsOf(yaml, { strictKeys: true })).toEqual(['syncPolicy.intervall (line 3)']);
  });
});

describe('order', () => {
  it('is flags, environment, file, defaults', async () => {
    const yaml = `${SINGLE}auth: {mode: anonymous}\nfileStorage: {baseDir: /file}\nserver: {maxBodySize: 2MiB}\n`;
    const env = { THV_REGISTRY_FILESTORAGE_BASEDIR: '/env', THV_REGISTRY_AUTH_MODE: 'oauth' };

    const { config } = await load(yaml, { env, flags: { authMode: 'anonymous' } });

    expect(config.auth.mode).toBe('anonymous');
    expect(config.fileStorage).toEqual({ baseDir: '/env', explicit: true, memoryOnly: false });
    expect(config.server).toMatchObject({ maxBodySize: 2 * 1024 * 1024, shutdownGraceMs: 30_000 });
  });
});

describe('without a file', () => {
  it('is the packaged sample, in memory only', async () => {
    const { config, warnings } = await loadConfig({ env: {} });

    const [source] = config.sources;
    expect(source?.kind === 'file' && existsSync(source.file.path ?? '')).toBe(true);
    expect(config.registries).toEqual([{ name: 'default', sources: ['sample'] }]);
    expect(config.fileStorage).toEqual({ baseDir: './data', explicit: false, memoryOnly: true });
    expect(warnings).toEqual([]);
    expect(Object.isFrozen(config) && Object.isFrozen(config.sources[0]?.syncPolicy.retry)).toBe(true);
  });

  it('can be described by the environment alone', async () => {
    const env = { THV_REGISTRY_SOURCE_TYPE: 'file', THV_REGISTRY_SOURCE_FILE_PATH: '/srv/registry.json' };

    const { config } = await loadConfig({ env });

    expect(config.sources).toMatchObject([{ name: 'default', file: { path: '/srv/registry.json' } }]);
    expect(config.fileStorage.memoryOnly).toBe(false);
  });
});

describe('what is valid but risky', () => {
  it('is refused, all of it at once, while it is not supported', async () => {
    const yaml = `${SINGLE}auth: {allowAnonymousWrites: true}\nserver: {rateLimit: {}}\n`;
    expect((await locationsOf(yaml)).map((place) => place?.split(' ')[0])).toEqual([
      'auth.allowAnonymousWrites',
      'server.rateLimit',
    ]);
  });

  it('is a warning where it does nothing yet and shows nobody more', async () => {
    const yaml = SOURCES.replace('registries:', '  - {name: published, managed: {}}\nregistries:');
    const { warnings } = await load(`${yaml}telemetry: {enabled: true}\n`);

    const found = warnings.filter(({ message }) => / yet[: ]/.test(message));
    expect(found.map(({ path }) => path)).toEqual(['sources[1].managed', 'telemetry.enabled']);
  });

  it('is refused where a forgotten mode would leave auth off', async () => {
    const yaml = `${SINGLE}auth: {oauth: {providers: [{name: a, issuerUrl: https://a.example.com}]}}\n`;

    expect((await problemsOf(yaml))[0]?.message).toContain('no mode');
  });

  it('warns of claims that anonymous mode does not enforce, and keeps their case', async () => {
    const { config, warnings } = await load(`${SOURCES}    claims: {OrgId: [a, b]}\n`);

    expect(config.registries[0]?.claims).toEqual({ OrgId: ['a', 'b'] });
    expect(warnings).toMatchObject([
      { path: 'registries[0].claims', line: 8, message: expect.stringContaining('not enforced') },
    ]);
  });

  it('warns of names in an older form', async () => {
    const { warnings } = await load(SINGLE.replace('tools', 'My Tools'));

    expect(warnings).toMatchObject([{ path: 'registryName', line: 1 }]);
  });
});

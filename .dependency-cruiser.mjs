/** Layer rules of docs/architecture.md: imports go down only, never sideways. */
const LAYERS = [
  ['common'],
  ['model'],
  ['config', 'telemetry'],
  ['sources', 'database', 'auth', 'http'],
  ['catalog', 'sync', 'publishing'],
  ['registry', 'admin', 'mcp', 'web', 'health'],
];
/** telemetry/ may read config/, the one sideways import that the rules name. */
const ALLOWED_SIDEWAYS = new Set(['telemetry>config']);

const forbidden = [
  { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  {
    name: 'no-dev-dependencies-in-src',
    severity: 'error',
    from: { path: '^(src|migrations)/', pathNot: '\\.spec\\.ts$' },
    to: { dependencyTypes: ['npm-dev'] },
  },
  {
    name: 'only-http-knows-http-exceptions',
    severity: 'error',
    from: { path: '^src/(catalog|sync|publishing|database|sources|model|common)/' },
    to: { path: '@nestjs/(platform-express|swagger)' },
  },
  {
    name: 'model-and-common-are-pure',
    severity: 'error',
    from: { path: '^src/(model|common)/', pathNot: '\\.spec\\.ts$' },
    to: { path: '@nestjs/|/typeorm/|/pg/' },
  },
];
LAYERS.forEach((folders, level) => {
  const above = LAYERS.slice(level + 1).flat();
  for (const folder of folders) {
    const sideways = folders.filter(
      (other) => other !== folder && !ALLOWED_SIDEWAYS.has(`${folder}>${other}`),
    );
    const barred = [...above, ...sideways, 'cli'];
    forbidden.push({
      name: `layer-${folder}`,
      comment: `src/${folder} may import only what lies below it`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: {
        path: `^src/(${barred.join('|')})/|^src/(main|serve|server|worker-orders|worker-supervisor|sync-once|openapi-document|app\\.module)\\.ts$`,
      },
    });
  }
});

export default {
  forbidden,
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|data)/' },
  },
};

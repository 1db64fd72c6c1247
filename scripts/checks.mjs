/** What `npm test` is made of. */

const program = (path, ...args) => [`node_modules/${path}`, ...args];

/** Static checks by name; each counts as one test. Arguments are those of node. */
export const STATIC_CHECKS = {
  format: program('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
  lint: program('oxlint/bin/oxlint', '--type-aware', '--deny-warnings'),
  types: program('typescript/bin/tsc', '-p', 'tsconfig.json', '--noEmit'),
  layers: program('dependency-cruiser/bin/dependency-cruise.mjs', 'src', 'migrations'),
  'dead-code': program('knip/bin/knip.js', '--no-progress'),
  generated: ['scripts/generate.mjs', '--check'],
};

/** The projects of vitest.config.ts, from quick to slow. */
export const TEST_PROJECTS = ['unit', 'integration', 'e2e'];

/** Parts that look at the built program, so that a failed build fails them. */
export const NEED_BUILD = new Set(['generated', 'integration', 'e2e']);

/** Names of all parts, in the order in which they run. */
export const PARTS = [...Object.keys(STATIC_CHECKS), ...TEST_PROJECTS];

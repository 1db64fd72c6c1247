import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { decideForm } from './config-form.js';
import { normalConfig } from './config-normal.js';
import { parseForm } from './config-parse.js';
import { pathText } from './config-path.js';
import { UNSUPPORTED_FEATURES, unsupportedProblems } from './config-support.js';

const FILE = 'source: {type: file, file: {path: a.json}}\n';
const CASES: readonly (readonly [yaml: string, ...paths: string[]])[] = [
  [
    `${FILE}database: {host: h, port: 1, user: u, database: d, dynamicAuth: {awsRdsIam: {region: r}}}`,
    'database.dynamicAuth',
  ],
  [`${FILE}auth: {allowAnonymousWrites: true}`, 'auth.allowAnonymousWrites'],
  [`${FILE}server: {tls: {certFile: a, keyFile: b}}`, 'server.tls'],
  [`${FILE}server: {rateLimit: {}}`, 'server.rateLimit'],
];

function refusedPaths(yaml: string): string[] {
  const root: unknown = parse(yaml);
  const decision = decideForm(root);
  const { parsed } = parseForm('form' in decision ? (decision.form ?? 'sources') : 'sources', root);
  if (parsed === undefined) throw new Error(`is not valid: ${yaml}`);
  const config = normalConfig(parsed, { logLevel: 'info', sample: false });
  return unsupportedProblems(config).map(({ path }) => pathText(path));
}

describe('unsupportedProblems', () => {
  it.each(CASES)('refuses %s', (yaml, ...paths) => {
    expect(refusedPaths(yaml)).toEqual(paths);
  });

  it('has a case for every feature', () => {
    const covered = CASES.flatMap(([, ...paths]) => paths.map((path) => path.replace(/\[\d+\]/, '[]')));

    expect(UNSUPPORTED_FEATURES.map(({ key }) => key).filter((key) => !covered.includes(key))).toEqual([]);
  });

  it.each([
    FILE,
    'source: {type: file, file: {data: "{}"}}',
    'source: {type: file, file: {url: https://r.example.com}}',
    'registries: [{name: k, kubernetes: }]',
    'registries: [{name: f, file: {path: a}}, {name: m, managed: }]',
    `${FILE}telemetry: {enabled: true}`,
    `${FILE}auth: {mode: anonymous}`,
    `${FILE}database: {host: h, port: 1, user: u, database: d}`,
    `${FILE}auth: {mode: oauth, oauth: {providers: [{name: a, issuerUrl: https://a.example.com}]}}`,
  ])('accepts %s', (yaml) => {
    expect(refusedPaths(yaml)).toEqual([]);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkRegistry } from '../../src/cli/validate-registry.js';
import { hasSharedData, sharedData } from '../support/shared-data.js';

interface JudgedDocument {
  readonly id: string;
  readonly doc: unknown;
  readonly official_validate: { readonly http: number; readonly valid?: boolean };
}

/** Documents that `validate --strict` accepts and the official registry does not, each with the reason. */
const DELIBERATE: Readonly<Record<string, string>> = {
  'version-x-prerelease': 'a prerelease with an x is no range',
  'version-false-positive-next': 'a prerelease with an x is no range',
  'version-false-positive-experimental': 'a prerelease with an x is no range',
  'unknown-meta-key': 'other keys of _meta are worth keeping in a private registry',
  'meta-official': 'other keys of _meta are worth keeping in a private registry',
  'pkg-transport-leading-var': 'URLs that begin with a variable are allowed, as in the draft schema',
  'remote-leading-var': 'URLs that begin with a variable are allowed, as in the draft schema',
  'root-not-object': 'a file that is a list is a registry file, here one without documents',
};

describe.skipIf(!hasSharedData)('validate --strict on the judged documents', () => {
  const { cases } = hasSharedData
    ? (JSON.parse(readFileSync(sharedData('official-serverjson-cases.json'), 'utf8')) as {
        cases: JudgedDocument[];
      })
    : { cases: [] };

  it('differs from the official verdict in the deliberate cases and in no other', () => {
    const differing = cases.filter(
      ({ doc, official_validate: verdict }) =>
        isAccepted(doc) !== (verdict.valid === true && verdict.http === 200),
    );

    expect(cases).toHaveLength(169);
    expect(differing.map(({ id }) => id).sort()).toEqual(Object.keys(DELIBERATE).sort());
  });
});

function isAccepted(document: unknown): boolean {
  const { problems } = checkRegistry(JSON.stringify(document), { strict: true });
  return problems.every(({ severity }) => severity !== 'error');
}

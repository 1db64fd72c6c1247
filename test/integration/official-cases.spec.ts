import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkOfficial } from '../../src/model/official-document.js';
import { hasSharedData, sharedData } from '../support/shared-data.js';

interface JudgedCase {
  readonly id: string;
  readonly doc: unknown;
  /** 422 means that the document was refused before it was judged. */
  readonly official_validate: {
    readonly http: number;
    readonly valid?: boolean;
    readonly issues?: readonly { readonly severity: string; readonly code: string }[];
  };
}

/** Documents that the official registry refuses and this server takes, with the reason for each. */
const TAKEN_HERE = new Map([
  ['version-x-prerelease', 'a prerelease is no range because it holds an x'],
  ['version-false-positive-next', 'a prerelease is no range because it holds an x'],
  ['version-false-positive-experimental', 'a prerelease is no range because it holds an x'],
  ['unknown-meta-key', 'members of _meta are worth keeping in a private registry'],
  ['meta-official', 'members of _meta are worth keeping in a private registry'],
  ['pkg-transport-leading-var', 'the draft schema allows addresses that begin with a variable'],
  ['remote-leading-var', 'the draft schema allows addresses that begin with a variable'],
]);

function readCases(): JudgedCase[] {
  const file = JSON.parse(readFileSync(sharedData('official-serverjson-cases.json'), 'utf8')) as {
    cases: JudgedCase[];
  };
  return file.cases;
}

function isValidHere({ doc }: JudgedCase): boolean {
  return checkOfficial(doc).every(({ severity }) => severity !== 'error');
}

function isValidThere({ official_validate: verdict }: JudgedCase): boolean {
  return verdict.http === 200 && verdict.valid === true;
}

/** Codes of the errors named there. Its codes for the schema go on with the place in the schema. */
function codesThere({ official_validate: verdict }: JudgedCase): string[] {
  const errors = verdict.issues?.filter(({ severity }) => severity === 'error') ?? [];
  return errors.map(({ code }) => code.replace(/^schema:.*/, 'schema'));
}

/** True when the value that the pointer names is in the document. */
function resolves(document: unknown, pointer: string): boolean {
  let value = document;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
    value = (value as Record<string, unknown>)[key];
  }
  return true;
}

describe.skipIf(!hasSharedData)('checkOfficial on the documents judged by the official registry', () => {
  const cases = hasSharedData ? readCases() : [];

  it('sees all of them', () => {
    expect(cases).toHaveLength(169);
    expect(cases.filter(isValidThere)).toHaveLength(56);
    expect(cases.map(({ id }) => id)).toEqual(expect.arrayContaining([...TAKEN_HERE.keys()]));
  });

  it.each(cases.filter(({ id }) => !TAKEN_HERE.has(id)))('agrees on $id', (judged) => {
    expect(isValidHere(judged)).toBe(isValidThere(judged));
  });

  it.each(cases.filter(({ id }) => TAKEN_HERE.has(id)))(
    'takes $id although it is refused there',
    (judged) => {
      expect(isValidThere(judged)).toBe(false);
      expect(isValidHere(judged)).toBe(true);
    },
  );

  it.each(cases.filter((judged) => codesThere(judged).length > 0 && !TAKEN_HERE.has(judged.id)))(
    'gives only reasons that are known there for $id',
    (judged) => {
      const codes = checkOfficial(judged.doc).flatMap(({ severity, code }) =>
        severity === 'error' ? [code] : [],
      );

      expect(codesThere(judged)).toEqual(expect.arrayContaining(codes));
    },
  );

  it.each(cases.filter((judged) => !isValidThere(judged)))('points into the document of $id', ({ doc }) => {
    const pointers = checkOfficial(doc).map(({ pointer }) => pointer);

    const lost = pointers.filter(
      (pointer) => !resolves(doc, pointer) && !resolves(doc, pointer.slice(0, pointer.lastIndexOf('/'))),
    );

    expect(lost).toEqual([]);
  });
});

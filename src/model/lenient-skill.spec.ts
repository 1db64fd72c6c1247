import { describe, expect, it } from 'vitest';
import { checkSkill } from './lenient-skill.js';

const good = { namespace: 'io.github.acme', name: 'pdf', description: 'Reads PDF', version: '0.1.0' };

describe('checkSkill keeps', () => {
  it.each<[string, unknown]>([
    ['the least there may be', good],
    ['a name of one character', { ...good, name: 'a' }],
    [
      'null for optional members',
      {
        ...good,
        title: null,
        icons: null,
        packages: null,
        repository: null,
        _meta: null,
        allowedTools: null,
      },
    ],
    ['unknown members', { ...good, x: 1, packages: [{ registryType: 'svn', x: 1 }], repository: { x: 1 } }],
    ['a status of any case', { ...good, status: 'ACTIVE' }],
    ['a description of any usual length', { ...good, description: 'd'.repeat(5000) }],
  ])('%s', (_, document) => {
    expect(checkSkill(document)).toEqual([]);
  });
});

describe('checkSkill refuses', () => {
  it.each<[unknown, string, RegExp]>([
    [7, '', /must be an object/],
    [{ ...good, namespace: undefined }, '/namespace', /is missing/],
    [{ ...good, namespace: 'io' }, '/namespace', /3/],
    [{ ...good, namespace: 'n'.repeat(129) }, '/namespace', /128/],
    [{ ...good, namespace: 'io/acme' }, '/namespace', /"\/"/],
    [{ ...good, name: '' }, '/name', /lower-case/],
    [{ ...good, name: 'Pdf' }, '/name', /lower-case/],
    [{ ...good, name: '-pdf' }, '/name', /lower-case/],
    [{ ...good, name: 'pdf-' }, '/name', /lower-case/],
    [{ ...good, name: 'a'.repeat(65) }, '/name', /64/],
    [{ ...good, description: ' ' }, '/description', /blank/],
    [{ ...good, version: 'latest' }, '/version', /latest/],
    [{ ...good, version: '1'.repeat(256) }, '/version', /255/],
    [{ ...good, status: 1 }, '/status', /must be a string/],
    [{ ...good, title: {} }, '/title', /must be a string/],
    [{ ...good, allowedTools: 'Read' }, '/allowedTools', /must be an array/],
    [{ ...good, allowedTools: [1] }, '/allowedTools/0', /must be a string/],
    [{ ...good, repository: 'x' }, '/repository', /must be an object/],
    [{ ...good, icons: [{}] }, '/icons/0/src', /is missing/],
    [{ ...good, packages: [{}] }, '/packages/0/registryType', /is missing/],
    [{ ...good, packages: [{ registryType: 'git', ref: 1 }] }, '/packages/0/ref', /must be a string/],
    [{ ...good, metadata: [] }, '/metadata', /must be an object/],
    [{ ...good, _meta: 'x' }, '/_meta', /must be an object/],
  ])('%j at %s', (document, pointer, reason) => {
    expect(checkSkill(document)).toEqual([{ pointer, reason: expect.stringMatching(reason) as string }]);
  });
});

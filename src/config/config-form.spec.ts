import { describe, expect, it } from 'vitest';
import { decideForm, pathInForm } from './config-form.js';

describe('decideForm', () => {
  it.each([
    [{ source: {} }, 'single'],
    [{ registryName: 'x' }, 'single'],
    [{ sources: [], registries: [] }, 'sources'],
    [{ registries: [{ name: 'a', sources: ['b'] }] }, 'sources'],
    [{ registryName: 'x', registries: [{ name: 'a', file: {} }] }, 'operator'],
    [{ registries: [{ name: 'a', managed: null }] }, 'operator'],
    [{ registryName: 'x', registries: [] }, 'operator'],
  ])('reads %j as %s', (root, form) => {
    expect(decideForm(root)).toEqual({ form });
  });

  it.each([[{ auth: {} }], [{}], [undefined], [5]])('cannot tell from %j', (root) => {
    expect(decideForm(root)).toEqual({});
  });

  it.each([
    [{ source: {}, sources: [] }, /sources belongs to .*but source belongs to the single-source form/],
    [{ registryName: 'x', sources: [] }, /registryName belongs to the single-source form/],
    [{ source: {}, filter: {}, registries: [] }, /source and filter belong to the single-source form/],
    [{ sources: [], registries: [{ git: {} }] }, /registries\[\]\.git belongs to the operator form/],
  ])('says which keys of %j belong to which form', (root, message) => {
    expect(decideForm(root)).toMatchObject({ mixed: { message: expect.stringMatching(message) } });
  });
});

describe('pathInForm', () => {
  it('says where a setting of the only source is written', () => {
    expect(pathInForm('single', ['sources', 0, 'git', 'branch'])).toEqual(['source', 'git', 'branch']);
    expect(pathInForm('single', ['sources', 0, 'syncPolicy', 'interval'])).toEqual([
      'syncPolicy',
      'interval',
    ]);
    expect(pathInForm('single', ['registries', 0, 'name'])).toEqual(['registryName']);
    expect(pathInForm('operator', ['sources', 2, 'git'])).toEqual(['registries', 2, 'git']);
    expect(pathInForm('single', ['auth', 'mode'])).toEqual(['auth', 'mode']);
  });
});

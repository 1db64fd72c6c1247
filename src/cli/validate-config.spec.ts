import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toPointer } from '../common/json-pointer.js';
import { pathText } from '../config/config-path.js';
import { pointerOfPath } from './validate-config.js';

it.each([
  ['', ''],
  ['sources[1].git.branch', '/sources/1/git/branch'],
  ['claims."a.b/c"[0]', '/claims/a.b~1c/0'],
])('pointerOfPath(%j) is %j', (path, pointer) => {
  expect(pointerOfPath(path)).toBe(pointer);
});

it('pointerOfPath reads every path that the configuration writes', () => {
  const step = fc.oneof(fc.string(), fc.nat(20));
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.array(step), (first, rest) => {
      const path = [first, ...rest];

      expect(pointerOfPath(pathText(path))).toBe(toPointer(path));
    }),
  );
});

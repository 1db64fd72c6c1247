import fc from 'fast-check';
import { expect, it } from 'vitest';
import { positionAt } from '../common/json-syntax.js';
import { LinePositions } from './line-positions.js';

it('finds every offset where counting line ends finds it', () => {
  const text = fc
    .array(fc.constantFrom('a', '\n', '\r\n', 'é', '𝄞'), { maxLength: 40 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.nat(80), (content, number) => {
      const offset = Math.min(number, content.length);

      expect(new LinePositions(content).at(offset)).toEqual(positionAt(content, offset));
    }),
  );
});

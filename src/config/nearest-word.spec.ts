import { describe, expect, it } from 'vitest';
import { didYouMean, nearestWord } from './nearest-word.js';

describe('nearestWord', () => {
  it.each([
    ['intrval', 'interval'],
    ['Branch', 'branch'],
    ['brnach', 'branch'],
    ['repositoryUrl', 'repository'],
  ])('takes %s for %s', (word, expected) => {
    expect(nearestWord(word, ['branch', 'interval', 'repository'])).toBe(expected);
  });

  it('finds nothing where no candidate is near', () => {
    expect(nearestWord('colour', ['branch', 'interval'])).toBeUndefined();
    expect(didYouMean('colour', ['branch'])).toBe('');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatByteSize, parseByteSize } from './byte-size.js';

describe('parseByteSize', () => {
  it.each([
    [1, 1],
    ['1', 1],
    ['1048576', 1_048_576],
    ['512B', 512],
    ['4KiB', 4096],
    ['10MiB', 10_485_760],
    ['10 MiB', 10_485_760],
    ['1GiB', 1_073_741_824],
    ['1.5GiB', 1_610_612_736],
    ['500kB', 500_000],
    ['500KB', 500_000],
    ['1.005kB', 1005],
    ['1.1MB', 1_100_000],
    ['2GB', 2_000_000_000],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ])('reads %j as %i bytes', (value, bytes) => {
    expect(parseByteSize(value)).toBe(bytes);
  });

  it.each([
    '',
    ' ',
    '10Mib',
    '10mb',
    '10Mi',
    'MiB',
    '-1',
    '1e6',
    '0x10',
    '10MiB ',
    '1,5MiB',
    '.5MiB',
    '10constructor',
    Number.NaN,
  ])('refuses %j with an example', (value) => {
    expect(() => parseByteSize(value)).toThrow(RangeError);
    expect(() => parseByteSize(value)).toThrow(/not a size.*10MiB/);
  });

  it.each([
    [0, /greater than zero/],
    ['0', /greater than zero/],
    ['0.0001KiB', /greater than zero/],
    [-5, /greater than zero/],
    [1.5, /whole number/],
    ['1.5', /whole number/],
    ['9007199254740992', /too large/],
    [`${'9'.repeat(400)}GiB`, /too large/],
    [Number.POSITIVE_INFINITY, /too large/],
  ])('refuses %j', (value, reason) => {
    expect(() => parseByteSize(value)).toThrow(reason);
  });

  it('quotes no more than the beginning of a long text', () => {
    expect(() => parseByteSize('x'.repeat(10_000))).toThrow(/^.{0,150}$/);
  });
});

describe('formatByteSize', () => {
  it.each([
    [0, '0B'],
    [1023, '1023B'],
    [1024, '1KiB'],
    [1025, '1025B'],
    [10_485_760, '10MiB'],
    [1_610_612_736, '1536MiB'],
    [1_073_741_824, '1GiB'],
  ])('writes %i as %s', (bytes, text) => {
    expect(formatByteSize(bytes)).toBe(text);
  });

  it('is read back unchanged', () => {
    const sizes = fc.oneof(
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      fc
        .tuple(fc.integer({ min: 1, max: 4096 }), fc.constantFrom(1024, 1024 ** 2, 1024 ** 3))
        .map(([n, u]) => n * u),
    );
    fc.assert(
      fc.property(sizes, (bytes) => {
        expect(parseByteSize(formatByteSize(bytes))).toBe(bytes);
      }),
    );
  });
});

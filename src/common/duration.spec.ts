import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, MAX_DURATION_MS, parseDuration } from './duration.js';

describe('parseDuration', () => {
  it.each([
    ['30m', 1_800_000],
    ['1h30m', 5_400_000],
    ['1h0m0s', 3_600_000],
    ['500ms', 500],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['1.s', 1000],
    ['1.005s', 1005],
    ['0h1s', 1000],
    ['30m1h', 5_400_000],
    ['500us', 0.5],
    ['500\u00B5s', 0.5],
    ['500\u03BCs', 0.5],
    ['1ns', 1e-6],
    ['87600h', MAX_DURATION_MS],
  ])('reads %s as %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([
    '',
    ' ',
    '30',
    '1.5',
    'm',
    '.m',
    '1 h',
    ' 1h',
    '1h\n',
    '1d',
    '1H',
    '+1h',
    '1h30',
    '1..5h',
    '1e3s',
    'Infinitys',
    '1,5h',
  ])('refuses %j with an example', (text) => {
    expect(() => parseDuration(text)).toThrow(RangeError);
    expect(() => parseDuration(text)).toThrow(/not a duration.*30m/);
  });

  it.each(['0', '0s', '0h0m', '0.1ns', '-1h', '-5'])('refuses %j, which is not above zero', (text) => {
    expect(() => parseDuration(text)).toThrow(/greater than zero.*30m/);
  });

  it.each(['87600h1ms', '100000h', `${'9'.repeat(400)}s`])('refuses %s, which is above ten years', (text) => {
    expect(() => parseDuration(text)).toThrow(/at most ten years/);
  });

  it('ends soon on long hostile texts and quotes only their beginning', () => {
    expect(() => parseDuration(`${'1'.repeat(200_000)}!`)).toThrow(/^.{0,150}$/);
    expect(() => parseDuration(`${'1m'.repeat(100_000)}!`)).toThrow(RangeError);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [1e-6, '1ns'],
    [0.0015, '1.5\u00B5s'],
    [1.5, '1.5ms'],
    [500, '500ms'],
    [1000, '1s'],
    [1500, '1.5s'],
    [90_000, '1m30s'],
    [90_050, '1m30.05s'],
    [1_800_000, '30m0s'],
    [3_600_000, '1h0m0s'],
    [90_061_001, '25h1m1.001s'],
  ])('writes %d ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (milliseconds) => {
    expect(() => formatDuration(milliseconds)).toThrow(RangeError);
  });

  it('is read back unchanged', () => {
    const whole = fc.integer({ min: 1, max: MAX_DURATION_MS });
    const microseconds = fc.integer({ min: 1, max: 86_400_000_000 }).map((us) => us / 1000);
    fc.assert(
      fc.property(fc.oneof(whole, microseconds), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});

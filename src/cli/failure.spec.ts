import { describe, expect, it } from 'vitest';
import { DomainError } from '../common/domain-error.js';
import { exitCodeOf, failureText } from './failure.js';
import { UsageError } from './usage-error.js';

/** An error as the parser of the command line throws it, after it has told the user. */
function parserError(code: string, exitCode: number): Error {
  return Object.assign(new Error('told already'), { code, exitCode });
}

describe('exitCodeOf', () => {
  it.each([
    [0, 'help that was asked for', parserError('commander.helpDisplayed', 0)],
    [2, 'an unknown option', parserError('commander.unknownOption', 1)],
    [2, 'wrong usage found by a command', new UsageError('x')],
    [1, 'a refusal', new DomainError('not-supported', 'x')],
    [1, 'an unexpected error', new TypeError('x')],
    [1, 'a system error, which has a code too', Object.assign(new Error('x'), { code: 'ENOENT' })],
    [1, 'something that is no error', 'x'],
  ] as const)('is %i for %s', (expected, _what, error) => {
    expect(exitCodeOf(error)).toBe(expected);
  });
});

describe('failureText', () => {
  it('is one line for a refusal with one problem', () => {
    const error = new DomainError('invalid-configuration', 'a.yaml has one problem: x', {
      problems: [{ message: 'x', location: 'line 1' }],
    });

    expect(failureText(error)).toBe('error: a.yaml has one problem: x\n');
  });

  it('lists several problems with their places', () => {
    const error = new DomainError('invalid-configuration', 'a.yaml has 2 problems', {
      problems: [{ message: 'is required', location: 'sources (line 1)' }, { message: 'no place' }],
    });

    expect(failureText(error)).toBe(
      'error: a.yaml has 2 problems\n  sources (line 1): is required\n  no place\n',
    );
  });

  it('does not repeat what the parser said', () => {
    expect(failureText(parserError('commander.unknownOption', 1))).toBe('');
  });

  it('shows where an unexpected error comes from', () => {
    expect(failureText(new TypeError('broken'))).toMatch(/^error: TypeError: broken\n {4}at /);
  });
});

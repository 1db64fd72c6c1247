import { Logger } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import type { LogLevel } from '../config/registry-config.js';
import { createLogger } from './logger.js';

type Log = ReturnType<typeof createLogger>;

/** What `use` makes a logger write. */
function linesOf(
  use: (logger: Log) => void,
  { level = 'debug', pretty = false }: { level?: LogLevel; pretty?: boolean } = {},
): string[] {
  const lines: string[] = [];
  use(createLogger({ level, pretty, destination: { write: (line) => lines.push(line) } }));
  return lines;
}

/** The one record that `use` makes a logger write as JSON. */
function recordOf(use: (logger: Log) => void): Record<string, unknown> {
  const lines = linesOf(use);
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

describe('createLogger', () => {
  it('writes one JSON line with time, level, context and message, and nothing else', () => {
    const lines = linesOf((logger) => logger.log('two\nlines', 'Sync'));

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{[^\n]+\}\n$/);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      level: 'info',
      context: 'Sync',
      msg: 'two\nlines',
    });
  });

  it('keeps fields beside the message', () => {
    expect(recordOf((logger) => logger.warn('late', { source: 'a', failures: 3 }, 'Sync'))).toMatchObject({
      level: 'warn',
      msg: 'late',
      source: 'a',
      failures: 3,
      context: 'Sync',
    });
  });

  it('keeps message and stack of an error, and nothing else that it carries', () => {
    const error = Object.assign(new Error('refused'), { headers: { authorization: 'x' } });

    const record = recordOf((logger) => logger.error('cannot read', error, 'Sync'));

    expect(record).toMatchObject({
      level: 'error',
      msg: 'cannot read',
      error: 'refused',
      stack: error.stack,
    });
    expect(record).not.toHaveProperty('headers');
  });

  it('takes an error for the message', () => {
    expect(recordOf((logger) => logger.error(new Error('refused')))).toMatchObject({
      msg: 'refused',
      stack: expect.stringContaining('at ') as string,
    });
  });

  it('understands how Nest passes a stack and its context', () => {
    const { stack = '' } = new Error('refused');

    expect(recordOf((logger) => logger.error('refused', stack, 'Router'))).toMatchObject({
      stack,
      context: 'Router',
    });
    expect(recordOf((logger) => logger.error('refused', stack))).not.toHaveProperty('context');
    expect(recordOf((logger) => logger.error('refused', undefined, 'Router'))).toMatchObject({
      context: 'Router',
    });
  });

  it('works behind a Nest logger', () => {
    const record = recordOf((logger) => {
      Logger.overrideLogger(logger);
      new Logger('Store').log('opened');
      Logger.overrideLogger(false);
    });

    expect(record).toMatchObject({ context: 'Store', msg: 'opened' });
  });

  it.each([
    ['debug', ['debug', 'debug', 'info', 'warn', 'error', 'error']],
    ['info', ['info', 'warn', 'error', 'error']],
    ['warn', ['warn', 'error', 'error']],
    ['error', ['error', 'error']],
  ] as const)('at level %s writes %j', (level, expected) => {
    const lines = linesOf(
      (logger) => {
        logger.verbose?.('x');
        logger.debug?.('x');
        logger.log('x');
        logger.warn('x');
        logger.error('x');
        logger.fatal?.('x');
      },
      { level },
    );

    expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(expected);
  });

  it('cuts a message above 8 KiB between characters and says so', () => {
    const { msg } = recordOf((logger) => logger.log(`${'x'.repeat(8191)}é${'y'.repeat(10)}`));

    expect(msg).toBe(`${'x'.repeat(8191)}… (12 bytes more)`);
  });

  it('leaves a message of exactly 8 KiB as it is', () => {
    expect(recordOf((logger) => logger.log('é'.repeat(4096)))).toMatchObject({ msg: 'é'.repeat(4096) });
  });

  it('writes lines for people, with no control character of a message left', () => {
    const lines = linesOf((logger) => logger.warn('bad\u001b[2Jname', { source: 'a' }, 'Sync'), {
      pretty: true,
    });

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} \S*WARN \S* ?\[Sync\] bad\uFFFD\[2Jname source=a\n$/);
  });
});

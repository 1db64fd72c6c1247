import type { LoggerService } from '@nestjs/common';
import { destination, pino, stdTimeFunctions } from 'pino';
import type { LogLevel } from '../config/registry-config.js';
import { terminalLine } from './log-line.js';
import { readLogCall } from './log-record.js';

/** Where log lines go: standard error, or a collector in tests. */
export interface LogDestination {
  write(line: string): unknown;
}

/** How the program logs. */
export interface LoggerOptions {
  /** Records below it are dropped. */
  readonly level: LogLevel;
  /** Lines for people instead of JSON; when absent: whether standard error is a terminal. */
  readonly pretty?: boolean;
  readonly destination?: LogDestination;
}

/**
 * The program's logger: one JSON object a line on standard error, with `time` (RFC 3339), `level`, `context` and
 * `msg`; texts above 8 KiB are cut. It writes synchronously, so no line is lost when the process ends. It hides
 * nothing: callers never pass secrets.
 */
export function createLogger(options: LoggerOptions): LoggerService {
  const { level, pretty = process.stderr.isTTY } = options;
  const target = options.destination ?? destination({ fd: 2, sync: true });
  const colour = pretty && process.stderr.isTTY && process.stderr.hasColors();
  const lines = pretty
    ? { write: (line: string) => target.write(terminalLine(line, { colour })) }
    : { write: (line: string) => target.write(line) };
  const logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    lines,
  );
  const writer =
    (name: LogLevel) =>
    (message: unknown, ...params: unknown[]): void => {
      if (!logger.isLevelEnabled(name)) return;
      const { msg, fields } = readLogCall(message, params);
      logger[name](fields, msg);
    };
  // Nest knows two levels more than the configuration; they count as their neighbours.
  return {
    verbose: writer('debug'),
    debug: writer('debug'),
    log: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    fatal: writer('error'),
  };
}

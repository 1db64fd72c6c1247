import type { LoggerService } from '@nestjs/common';

/** Contexts in which Nest tells of its own start, a line for each module and route. */
const FRAMEWORK = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** The same logger, with what the framework says of itself at debug level: operators read about their registry. */
export function withoutFrameworkNoise(logger: LoggerService): LoggerService {
  return {
    ...logger,
    error(message: unknown, ...params: unknown[]) {
      // What ends the start is told once, in one line, by whoever started the program.
      if (params.at(-1) === 'ExceptionHandler') logger.debug?.(message, ...params);
      else logger.error(message, ...params);
    },
    log(message: unknown, ...params: unknown[]) {
      if (FRAMEWORK.has(String(params.at(-1)))) logger.debug?.(message, ...params);
      else logger.log(message, ...params);
    },
  };
}

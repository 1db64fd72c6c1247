import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { type CommonHeaders, commonHeaders } from './common-headers.js';
import { ProblemFilter } from './problem.filter.js';
import { answerRefusedRequests } from './refused-requests.js';
import { RegistryAdapter } from './registry-adapter.js';
import { RequestValidationPipe } from './validation.pipe.js';

/** Settings of one listener. */
export interface HttpOptions {
  /** Origins that browsers may call from; `["*"]` for all. */
  readonly corsOrigins: readonly string[];
  /** Largest request body, in bytes. */
  readonly maxBodySize: number;
}

/**
 * Gives an application that was made with a `RegistryAdapter` what all listeners share: headers, preflight,
 * validation and errors. Call it before `init` and before adding other handlers in front of Express. Returns the headers
 * for a handler that answers before they are set.
 */
export function configureHttp(app: NestExpressApplication, options: HttpOptions): CommonHeaders {
  const adapter: unknown = app.getHttpAdapter();
  if (!(adapter instanceof RegistryAdapter)) throw new TypeError('The application has another HTTP adapter');
  const headers = commonHeaders({ origins: options.corsOrigins });
  adapter.useBeforeExpress(headers);
  answerRefusedRequests(app.getHttpServer(), headers);
  app.useBodyParser('json', {
    limit: options.maxBodySize,
    type: ['application/json', 'application/*+json'],
  });
  app.useGlobalPipes(new RequestValidationPipe());
  app.useGlobalFilters(new ProblemFilter(() => adapter.routes, new Logger('Http')));
  return headers;
}

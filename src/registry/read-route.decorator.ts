import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { ProblemBody } from '../http/problem.schema.js';

/** What the API description says of a read route. */
export interface ReadRouteDescription {
  readonly summary: string;
  readonly response: z.ZodType;
  /** Operation id; the handler's name when absent. */
  readonly operation?: string;
}

/** Failures that every read route can answer with. */
const FAILURES = [
  [400, 'A parameter or the cursor is malformed'],
  [404, 'Not there, or not visible to the caller'],
  [503, 'The registry has not been read from any of its sources yet'],
] as const;

/** Describes a read route: its success and the failures that all of them share. */
export function ReadRoute({ summary, response, operation }: ReadRouteDescription): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary, ...(operation !== undefined && { operationId: operation }) }),
    ApiResponse({ status: 200, description: 'OK', standardSchema: response }),
    ApiResponse({ status: 304, description: 'The caller has this answer already (`If-None-Match`)' }),
    ...FAILURES.map(([status, description]) =>
      ApiResponse({ status, description, standardSchema: ProblemBody }),
    ),
  );
}

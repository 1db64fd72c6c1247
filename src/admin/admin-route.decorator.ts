import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { ProblemBody } from '../http/problem.schema.js';

/** Failures that every reading route of the administration can answer with. */
const FAILURES = [
  [400, 'A parameter or the cursor is malformed'],
  [401, 'The caller is unknown'],
  [403, 'The caller may not do this'],
  [404, 'Not there, or not visible to the caller'],
] as const;

/** Describes a route of the administration that reads: its success and the failures that all of them share. */
export function AdminRoute(summary: string, response: z.ZodType): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiResponse({ status: 200, description: 'OK', standardSchema: response }),
    ApiResponse({ status: 304, description: 'The caller has this answer already (`If-None-Match`)' }),
    ...FAILURES.map(([status, description]) =>
      ApiResponse({ status, description, standardSchema: ProblemBody }),
    ),
  );
}

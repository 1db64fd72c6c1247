import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { OPEN_VISIBILITY } from '../model/claims.js';
import type { Reader } from './registry.service.js';

/** Which registry a request names, and as whom it reads: everybody is anonymous until tokens are accepted. */
export const ReaderOf = createParamDecorator((_: unknown, context: ExecutionContext): Reader => {
  const request = context.switchToHttp().getRequest<{ params: Record<string, string | undefined> }>();
  return { registry: request.params['registry'], visibility: OPEN_VISIBILITY };
});

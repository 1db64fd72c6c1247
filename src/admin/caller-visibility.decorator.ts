import type { IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { principalOf } from '../auth/principal.js';
import type { VisibilitySet } from '../model/claims.js';

/** What of the catalogue the caller of a request may see. */
export const CallerVisibility = createParamDecorator(
  (_: unknown, context: ExecutionContext): VisibilitySet =>
    principalOf(context.switchToHttp().getRequest<IncomingMessage>()).visibility,
);

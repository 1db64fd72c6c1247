import type { IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { principalOf } from '../auth/principal.js';
import { type Reader, readerOf } from './reader.js';

/** Which registry a request names, and as whom it reads. */
export const ReaderOf = createParamDecorator((_: unknown, context: ExecutionContext): Reader => {
  const request = context
    .switchToHttp()
    .getRequest<IncomingMessage & { params: Record<string, string | undefined> }>();
  return readerOf(principalOf(request), request.params['registry']);
});

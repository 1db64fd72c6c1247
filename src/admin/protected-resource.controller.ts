import type { IncomingMessage } from 'node:http';
import { Controller, Get, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Access } from '../auth/access.js';
import { ProtectedResource } from '../auth/protected-resource.js';
import { ReplyBytes } from '../http/reply-bytes.js';

/** Tells clients without a token where to get one (RFC 9728). */
@ApiTags('identity')
@Access('public')
@Controller('.well-known/oauth-protected-resource')
export class ProtectedResourceController {
  constructor(private readonly resource: ProtectedResource) {}

  @Get(['', '*suffix'])
  @ApiOperation({ summary: 'Describe the protected resource' })
  protectedResource(@Req() request: IncomingMessage): ReplyBytes {
    // The origin in it may be the request's, which caches would not know.
    return ReplyBytes.json(this.resource.metadata(request), { cache: 'none' });
  }
}

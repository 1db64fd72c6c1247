import type { IncomingMessage } from 'node:http';
import { Controller, Get, Inject, Req } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Access } from '../auth/access.js';
import { principalOf } from '../auth/principal.js';
import { REGISTRY_CONFIG } from '../config/config.module.js';
import type { RegistryConfig } from '../config/registry-config.js';
import { ReplyBytes } from '../http/reply-bytes.js';

const Me = z
  .object({
    subject: z.string().describe('`sub` of the token, or `anonymous`'),
    name: z.string().optional(),
    mode: z.enum(['anonymous', 'oauth']),
    roles: z.array(z.string()),
    claims: z.record(z.string(), z.array(z.string())).describe('Claims that count, each with its values'),
  })
  .meta({ id: 'Me' });

/** The caller, as this server sees it. */
@ApiTags('identity')
@Access('self')
@Controller('v1/me')
export class MeController {
  constructor(@Inject(REGISTRY_CONFIG) private readonly config: RegistryConfig) {}

  @Get()
  @ApiOperation({ summary: 'Say who the caller is, and what it may do' })
  @ApiResponse({ status: 200, description: 'OK', standardSchema: Me })
  me(@Req() request: IncomingMessage): ReplyBytes {
    const { subject, name, roles, claims } = principalOf(request);
    const me: z.infer<typeof Me> = {
      subject: subject ?? 'anonymous',
      ...(name !== undefined && { name }),
      mode: this.config.auth.mode,
      roles: [...roles],
      claims: Object.fromEntries([...claims].map(([claim, values]) => [claim, [...values]])),
    };
    return ReplyBytes.json(me, { cache: 'none' });
  }
}

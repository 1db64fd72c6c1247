import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Access } from '../auth/access.js';
import { ApiDescription } from '../http/api-description.js';
import type { ReplyBytes } from '../http/reply-bytes.js';
import { mounted } from './mount.js';

/** The OpenAPI documents, where clients and older federating servers look for them. */
@ApiExcludeController()
@Access('public')
@Controller(mounted(''))
export class ApiDescriptionController {
  constructor(private readonly description: ApiDescription) {}

  @Get(['openapi.json', 'api/openapi.json'])
  json(): ReplyBytes {
    return this.description.json;
  }

  @Get('openapi.yaml')
  yaml(): ReplyBytes {
    return this.description.yaml;
  }
}

import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Access } from '../auth/access.js';
import { ReplyBytes } from '../http/reply-bytes.js';
import { buildInfo } from '../telemetry/build-info.js';
import { mounted } from './mount.js';

/** The small routes by which clients of the standard find out whom they talk to. */
@ApiTags('service')
@Access('read')
@Controller(mounted('v0.1'))
export class ServiceInfoController {
  @Get('ping')
  @ApiOperation({ summary: 'Answer at once' })
  ping(): ReplyBytes {
    return ReplyBytes.json({ pong: true });
  }

  @Get('health')
  @ApiOperation({ summary: 'Say that the API answers' })
  apiHealth(): ReplyBytes {
    return ReplyBytes.json({ status: 'ok' });
  }

  @Get('version')
  @ApiOperation({ summary: 'Name the version of this program' })
  apiVersion(): ReplyBytes {
    const { version, commit, build_date } = buildInfo();
    return ReplyBytes.json({ version, git_commit: commit, build_time: build_date });
  }
}

import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Access } from '../auth/access.js';
import { ReplyBytes } from '../http/reply-bytes.js';
import { buildInfo } from '../telemetry/build-info.js';
import { Readiness } from './readiness.js';

/** Probes, on both listeners. */
@ApiTags('operations')
@Access('public')
@Controller()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('health')
  @ApiOperation({ summary: 'Say that the process is alive' })
  health(): ReplyBytes {
    return ReplyBytes.json({ status: 'healthy' }, { cache: 'none' });
  }

  @Get('readiness')
  @ApiOperation({ summary: 'Say whether requests can be served' })
  ready(): ReplyBytes {
    const { isReady, components } = this.readiness;
    if (isReady) return ReplyBytes.json({ status: 'ready', components }, { cache: 'none' });
    const headers = { 'Retry-After': '5' };
    return ReplyBytes.json(
      { error: 'service not ready', components },
      { status: 503, cache: 'none', headers },
    );
  }

  @Get('version')
  @ApiOperation({ summary: 'Name the version of this program' })
  version(): ReplyBytes {
    return ReplyBytes.json(buildInfo(), { cache: 'none' });
  }

  @Get('api/v1beta/version')
  @ApiOperation({ summary: 'Name the version, as `thv serve` does' })
  betaVersion(): ReplyBytes {
    return ReplyBytes.json({ version: buildInfo().version }, { cache: 'none' });
  }

  @Get('api/v1beta/status')
  @ApiOperation({ summary: 'Say that the server is up' })
  betaStatus(): ReplyBytes {
    return ReplyBytes.json({ status: 'ok', version: buildInfo().version }, { cache: 'none' });
  }
}

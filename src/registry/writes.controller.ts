import { Controller, Delete, HttpCode, Patch, Post, Put } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Access } from '../auth/access.js';
import { DomainError } from '../common/domain-error.js';
import { ProblemBody } from '../http/problem.schema.js';
import { mounted } from './mount.js';

const DESCRIPTION = 'The registry has no source that can be written';

/** The standard's optional write routes, for registries that cannot be written: 501 with a reason, as it asks. */
@ApiTags('writes')
@Access('write')
@ApiResponse({ status: 501, description: DESCRIPTION, standardSchema: ProblemBody })
@Controller(mounted('v0.1'))
export class WritesController {
  @Post('publish')
  @HttpCode(501)
  @ApiOperation({ summary: 'Publish a server' })
  publish(): never {
    return refuse();
  }

  @Put('servers/:name/versions/:version')
  @HttpCode(501)
  @ApiOperation({ summary: 'Replace a version of a server' })
  replaceVersion(): never {
    return refuse();
  }

  @Delete('servers/:name/versions/:version')
  @HttpCode(501)
  @ApiOperation({ summary: 'Delete a version of a server' })
  deleteVersion(): never {
    return refuse();
  }

  @Patch('servers/:name/versions/:version/status')
  @HttpCode(501)
  @ApiOperation({ summary: 'Set the status of a version' })
  setVersionStatus(): never {
    return refuse();
  }

  @Patch('servers/:name/status')
  @HttpCode(501)
  @ApiOperation({ summary: 'Set the status of every version of a server' })
  setStatus(): never {
    return refuse();
  }

  @Post('validate')
  @HttpCode(501)
  @ApiOperation({ summary: 'Check a document without publishing it' })
  validate(): never {
    return refuse();
  }

  @Post('auth/:method')
  @HttpCode(501)
  @ApiOperation({ summary: 'Exchange a login of the official registry' })
  exchange(): never {
    throw new DomainError(
      'not-supported',
      'Logins of the official registry are not exchanged here: send a bearer token of a configured provider',
    );
  }
}

function refuse(): never {
  throw new DomainError(
    'not-supported',
    `${DESCRIPTION}: its entries come from the sources of its configuration`,
  );
}

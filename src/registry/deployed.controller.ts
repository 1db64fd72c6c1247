import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Access } from '../auth/access.js';
import type { ReplyBytes } from '../http/reply-bytes.js';
import { DeployedService } from './deployed.service.js';
import { mounted } from './mount.js';
import { ReadRoute } from './read-route.decorator.js';
import { ReaderOf } from './reader.decorator.js';
import type { Reader } from './reader.js';

const DeployedServer = z
  .object({
    name: z.string(),
    namespace: z.string(),
    kind: z.enum(['MCPServer', 'MCPRemoteProxy', 'VirtualMCPServer']),
    status: z.string().describe('Phase that the operator reports; `Pending` before it does'),
    image: z.string().describe('Empty where there is none'),
    transport: z.string(),
    ready: z.boolean(),
    endpoint_url: z.string().describe('Empty as long as the operator has given none'),
  })
  .meta({ id: 'DeployedServer' });

const DeployedServers = z.array(DeployedServer);

/** Servers that run in the cluster, as Kubernetes sources follow them. */
@ApiTags('first API')
@Access('read')
@Controller(mounted('api/v0/deployed'))
export class DeployedController {
  constructor(private readonly deployed: DeployedService) {}

  @Get()
  @ReadRoute({ summary: 'List running servers', response: DeployedServers })
  listDeployed(@ReaderOf() reader: Reader): ReplyBytes {
    return this.deployed.list(reader);
  }

  @Get(':name')
  @ReadRoute({ summary: 'Show the running servers of a name', response: DeployedServers })
  getDeployed(@ReaderOf() reader: Reader, @Param('name') name: string): ReplyBytes {
    return this.deployed.list(reader, name);
  }
}

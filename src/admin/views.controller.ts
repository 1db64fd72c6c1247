import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Access } from '../auth/access.js';
import { newViewSchema, type NewView, viewRotationSchema } from '../config/view.schema.js';
import { ProblemBody } from '../http/problem.schema.js';
import type { ReplyBytes } from '../http/reply-bytes.js';
import { AdminRoute } from './admin-route.decorator.js';
import { ListParameters, type PageParameters } from './list-parameters.js';
import { ViewList, ViewTokenInfo } from './view.schema.js';
import { ViewsService } from './views.service.js';

/** A rotation without a body has the defaults. */
const RotationBody = viewRotationSchema.prefault({});

/** Addresses of registries for clients that cannot log in. */
@ApiTags('administration')
@Access('superAdmin')
@ApiResponse({ status: 401, description: 'The caller is unknown', standardSchema: ProblemBody })
@ApiResponse({ status: 403, description: 'The caller may not do this', standardSchema: ProblemBody })
@Controller('v1/views')
export class ViewsController {
  constructor(private readonly views: ViewsService) {}

  @Get()
  @AdminRoute('List the client views', ViewList)
  listViews(@Query({ schema: ListParameters }) page: PageParameters): ReplyBytes {
    return this.views.list(page);
  }

  @Post()
  @HttpCode(201)
  @ApiOperation({ summary: 'Make a client view; its token is shown this once' })
  @ApiResponse({ status: 201, description: 'Made', standardSchema: ViewTokenInfo })
  @ApiResponse({ status: 400, description: 'The body is malformed', standardSchema: ProblemBody })
  @ApiResponse({ status: 409, description: 'There is one of that name', standardSchema: ProblemBody })
  createView(@Body({ schema: newViewSchema }) view: NewView): Promise<ReplyBytes> {
    return this.views.create(view);
  }

  @Post(':name/rotate')
  @HttpCode(200)
  @ApiOperation({ summary: 'Give a client view a new token; the one before works for an overlap' })
  @ApiResponse({ status: 200, description: 'OK', standardSchema: ViewTokenInfo })
  @ApiResponse({ status: 404, description: 'Not there', standardSchema: ProblemBody })
  rotateView(
    @Param('name') name: string,
    @Body({ schema: RotationBody }) { overlap }: z.output<typeof viewRotationSchema>,
  ): Promise<ReplyBytes> {
    return this.views.rotate(name, overlap);
  }

  @Delete(':name')
  @HttpCode(204)
  @ApiOperation({ summary: 'End a client view' })
  @ApiResponse({ status: 204, description: 'Ended' })
  @ApiResponse({ status: 404, description: 'Not there', standardSchema: ProblemBody })
  async revokeView(@Param('name') name: string): Promise<void> {
    await this.views.revoke(name);
  }
}

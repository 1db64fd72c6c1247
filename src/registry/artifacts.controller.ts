import { Controller, Get, Param, Query, type Type } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../auth/access.js';
import type { ReplyBytes } from '../http/reply-bytes.js';
import { DetailQuery, type DetailRequest, ListQuery, type ListRequest } from './list-query.js';
import { mounted } from './mount.js';
import { ReaderOf } from './reader.decorator.js';
import { ReadRoute } from './read-route.decorator.js';
import { Plugin, PluginList, Skill, SkillList } from './response.schema.js';
import type { Reader } from './reader.js';
import { listRead, versionRead, versionsRead } from './read-request.js';
import { RegistryService } from './registry.service.js';

/** What differs between the kinds of artifact that the extension serves. */
const ARTIFACTS = {
  skill: { path: 'skills', title: 'Skill', one: Skill, list: SkillList },
  plugin: { path: 'plugins', title: 'Plugin', one: Plugin, list: PluginList },
} as const;

/** The routes of one kind of artifact, below the extension's reverse-DNS name as the standard asks. */
function artifactsController(kind: keyof typeof ARTIFACTS): Type {
  const { path, title, one, list } = ARTIFACTS[kind];

  @ApiTags(path)
  @Access('read')
  @Controller(mounted(`v0.1/x/dev.toolhive/${path}`))
  class ArtifactsController {
    constructor(private readonly registry: RegistryService) {}

    @Get()
    @ReadRoute({
      summary: `List ${path}, the latest version of each`,
      response: list,
      operation: `list${title}s`,
    })
    list(@ReaderOf() reader: Reader, @Query({ schema: ListQuery }) query: ListRequest): ReplyBytes {
      return this.registry.answer(reader, listRead(kind, query));
    }

    @Get(':namespace/:name')
    @ReadRoute({ summary: `Show the latest version of a ${kind}`, response: one, operation: `get${title}` })
    get(
      @ReaderOf() reader: Reader,
      @Param('namespace') namespace: string,
      @Param('name') name: string,
      @Query({ schema: DetailQuery }) query: DetailRequest,
    ): ReplyBytes {
      return this.registry.answer(reader, versionRead(kind, `${namespace}/${name}`, 'latest', query));
    }

    @Get(':namespace/:name/versions')
    @ReadRoute({
      summary: `List the versions of a ${kind}, newest first`,
      response: list,
      operation: `list${title}Versions`,
    })
    listVersions(
      @ReaderOf() reader: Reader,
      @Param('namespace') namespace: string,
      @Param('name') name: string,
      @Query({ schema: DetailQuery }) query: DetailRequest,
    ): ReplyBytes {
      return this.registry.answer(reader, versionsRead(kind, `${namespace}/${name}`, query));
    }

    @Get(':namespace/:name/versions/:version')
    @ReadRoute({ summary: `Show one version of a ${kind}`, response: one, operation: `get${title}Version` })
    getVersion(
      @ReaderOf() reader: Reader,
      @Param('namespace') namespace: string,
      @Param('name') name: string,
      @Param('version') version: string,
      @Query({ schema: DetailQuery }) query: DetailRequest,
    ): ReplyBytes {
      return this.registry.answer(reader, versionRead(kind, `${namespace}/${name}`, version, query));
    }
  }
  return ArtifactsController;
}

export const SkillsController = artifactsController('skill');
export const PluginsController = artifactsController('plugin');

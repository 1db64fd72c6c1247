import { type INestApplication, Injectable } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { stringify } from 'yaml';
import { DomainError } from '../common/domain-error.js';
import { ReplyBytes } from './reply-bytes.js';

/** Older federating servers take a registry for one of the standard's by this version and the link in the text. */
const STANDARD_VERSION = '1.0.0';
const DESCRIPTION = `Serves MCP servers, skills and plugins by the Model Context Protocol Registry API
(https://github.com/modelcontextprotocol/registry). Every route below \`/v0.1\` exists for the default registry at the
root, and for each registry below \`/registry/{registry}\`; \`/v0\` is an alias.`;

/** Describes the routes of an application from its controllers and their schemas (OpenAPI 3). */
export function describeApi(app: INestApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setTitle('MCP registry')
    .setDescription(DESCRIPTION.replaceAll('\n', ' '))
    .setVersion(STANDARD_VERSION)
    .build();
  const options = { operationIdFactory: (_controller: string, handler: string) => handler };
  const document = SwaggerModule.createDocument(app, settings, options);
  nameOperations(document);
  return document;
}

/** One handler serves several paths, and every operation needs a name of its own. */
function nameOperations(document: OpenAPIObject): void {
  const uses = new Map<string, number>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const operation of [item.get, item.put, item.post, item.delete, item.patch]) {
      if (operation?.operationId === undefined) continue;
      const handler = operation.operationId.replace(/\[\d+\]$/, '');
      const base = path.startsWith('/registry/{registry}/') ? `${handler}InRegistry` : handler;
      const count = (uses.get(base) ?? 0) + 1;
      uses.set(base, count);
      operation.operationId = count === 1 ? base : `${base}${count}`;
    }
  }
}

/** The API description as replies, made when somebody first asks: building it costs more than the whole start. */
@Injectable()
export class ApiDescription {
  private app: INestApplication | undefined;
  private described: OpenAPIObject | undefined;
  private jsonReply: ReplyBytes | undefined;
  private yamlReply: ReplyBytes | undefined;

  /** Turns the description on, with a page to read it on at `/api/doc` that loads nothing from elsewhere. */
  enable(app: INestApplication): void {
    this.app = app;
    SwaggerModule.setup('api/doc', app, () => this.document, {
      raw: false,
      customSiteTitle: 'MCP registry API',
      swaggerOptions: { validatorUrl: 'none' },
    });
  }

  /** @throws DomainError `not-found` when the description is turned off */
  get json(): ReplyBytes {
    this.jsonReply ??= ReplyBytes.json(this.document);
    return this.jsonReply;
  }

  /** @throws DomainError `not-found` when the description is turned off */
  get yaml(): ReplyBytes {
    this.yamlReply ??= ReplyBytes.text(stringify(this.document, { aliasDuplicateObjects: false }), {
      contentType: 'application/yaml',
    });
    return this.yamlReply;
  }

  private get document(): OpenAPIObject {
    if (this.app === undefined)
      throw new DomainError('not-found', 'The API description is turned off (--no-openapi)');
    this.described ??= describeApi(this.app);
    return this.described;
  }
}

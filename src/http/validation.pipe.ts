import { Injectable, StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { DomainError, type Problem } from '../common/domain-error.js';
import { toPointer } from '../common/json-pointer.js';

/** An issue of a schema, of whatever library (Standard Schema). */
interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Issues on their way to where the parameter is known. */
class SchemaIssues extends Error {
  constructor(readonly issues: readonly SchemaIssue[]) {
    super('The value does not match its schema');
  }
}

/**
 * Checks parameters that name a schema (`@Query({ schema })`, `@Param({ schema })`, `@Body({ schema })`) and hands
 * on what the schema makes of them. Throws `invalid-request` with every problem, located as `query.limit`,
 * `path.version` or `body/pointer`.
 */
@Injectable()
export class RequestValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => new SchemaIssues(issues) });
  }

  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    try {
      return await super.transform(value, metadata);
    } catch (error) {
      if (!(error instanceof SchemaIssues)) throw error;
      throw invalidRequest(error.issues.map((issue) => locate(issue, metadata)));
    }
  }
}

function invalidRequest(problems: readonly Problem[]): DomainError {
  const summary = problems.map(summarise).join('; ');
  return new DomainError('invalid-request', summary, { problems });
}

function locate({ message, path = [] }: SchemaIssue, { type, data }: ArgumentMetadata): Problem {
  const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  const segments = data === undefined ? keys : [data, ...keys];
  if (type === 'body') return { message, location: `body${toPointer(segments)}` };
  return { message, location: [type === 'param' ? 'path' : type, ...segments].join('.') };
}

/** The schemas of queries name the parameter in the message itself, in the words that clients know. */
function summarise({ message, location = 'request' }: Problem): string {
  return location.startsWith('query.') ? message : `${location}: ${message}`;
}

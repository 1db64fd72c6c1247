import type { ArgumentMetadata } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DomainError, type Problem } from '../common/domain-error.js';
import { RequestValidationPipe } from './validation.pipe.js';

const schema = z.object({ limit: z.coerce.number().int(), 'a/b': z.array(z.string()).optional() });
const pipe = new RequestValidationPipe();

async function problemsOf(value: unknown, metadata: ArgumentMetadata): Promise<readonly Problem[]> {
  const error: unknown = await pipe.transform(value, metadata).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DomainError);
  expect(error).toMatchObject({ code: 'invalid-request' });
  return (error as DomainError).problems;
}

describe('RequestValidationPipe', () => {
  it('hands on what the schema makes of the value', async () => {
    const value: unknown = await pipe.transform<unknown>(
      { limit: '5', other: 'x' },
      { type: 'query', schema },
    );
    expect(value).toEqual({ limit: 5 });
  });

  it('leaves parameters without schema alone', async () => {
    const value = { limit: 'x' };
    expect(await pipe.transform(value, { type: 'query' })).toBe(value);
  });

  it('locates every problem', async () => {
    const value = { limit: 'x', 'a/b': ['', 1] };

    const query = await problemsOf(value, { type: 'query', schema });
    const body = await problemsOf(value, { type: 'body', schema });
    const path = await problemsOf('x', { type: 'param', data: 'version', schema: z.literal('1') });
    const whole = await problemsOf(7, { type: 'body', schema });

    expect(query.map(({ location }) => location)).toEqual(['query.limit', 'query.a/b.1']);
    expect(body.map(({ location }) => location)).toEqual(['body/limit', 'body/a~1b/1']);
    expect(path.map(({ location }) => location)).toEqual(['path.version']);
    expect(whole.map(({ location }) => location)).toEqual(['body']);
  });
});

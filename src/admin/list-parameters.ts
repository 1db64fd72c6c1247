import { z } from 'zod';
import { queryParameter, readClampedInteger, textParameter } from '../http/query-parameter.js';
import { MAX_CURSOR_LENGTH } from '../model/cursor-text.js';

/** Items of a page: without `limit`, and at most. */
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** What a caller asks of a list. The cursor is still unread. */
export interface PageParameters {
  /** 1 to 1,000. */
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** Query parameters of every list below `/v1`. */
export const ListParameters = z
  .object({
    limit: queryParameter(
      'limit',
      {
        type: 'integer',
        minimum: 1,
        maximum: MAX_LIMIT,
        description: `Items of a page; ${DEFAULT_LIMIT} without it. Integers outside 1 to ${MAX_LIMIT} count as the nearest.`,
        example: 50,
      },
      'must be an integer',
      (text) => readClampedInteger(text, 1, MAX_LIMIT),
    ),
    cursor: textParameter(
      'cursor',
      { description: '`metadata.nextCursor` of the page before.' },
      MAX_CURSOR_LENGTH,
    ),
  })
  .transform(({ limit, cursor }): PageParameters => ({ limit: limit ?? DEFAULT_LIMIT, cursor }));

import type { ColumnOptions } from 'typeorm';

/** `bigint` as a JavaScript number: ids and revisions stay far below 2^53. */
export const bigintColumn = {
  type: 'bigint',
  transformer: { to: (value?: number) => value, from: (value: string | null) => Number(value) },
} satisfies ColumnOptions;

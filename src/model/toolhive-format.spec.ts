import { describe, expect, it } from 'vitest';

import { ToolHiveConversionError, toolHiveStatus } from './toolhive-format.js';

describe('toolHiveStatus', () => {
  it.each([
    ['{"status":"Active"}', 'active'],
    ['{"status":"active"}', 'active'],
    ['{"status":"Deprecated"}', 'deprecated'],
    ['{"status":"DEPRECATED"}', 'deprecated'],
    ['{"status":"deleted"}', 'deleted'],
    ['{"status":"Beta"}', 'active'],
    ['{"status":"archived"}', 'active'],
    ['{"status":""}', 'active'],
    ['{"status":7}', 'active'],
    ['{}', 'active'],
    ['null', 'active'],
    ['["Deprecated"]', 'active'],
  ])('%s is %s', (text, expected) => {
    expect(toolHiveStatus(text)).toBe(expected);
  });
});

describe('ToolHiveConversionError', () => {
  it('names every problem in its message', () => {
    const error = new ToolHiveConversionError([
      { pointer: '', reason: 'must be an object' },
      { pointer: '/image', reason: 'is required' },
    ]);

    expect(error.message).toBe('must be an object; /image: is required');
  });
});

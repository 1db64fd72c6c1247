import { describe, expect, it } from 'vitest';
import { pathText, withValue } from './config-path.js';

describe('pathText', () => {
  it('writes keys with dots, indexes in brackets and unusual keys in quotes', () => {
    expect(pathText(['sources', 1, 'claims', 'org.id'])).toBe('sources[1].claims."org.id"');
  });
});

describe('withValue', () => {
  it('makes missing maps and leaves the original alone', () => {
    const root = { database: { host: 'a' } };

    const copy = withValue(root, ['database', 'port'], 5432);

    expect(copy).toEqual({ database: { host: 'a', port: 5432 } });
    expect(root).toEqual({ database: { host: 'a' } });
    expect(withValue({}, ['server', 'tls', 'certFile'], 'x')).toEqual({ server: { tls: { certFile: 'x' } } });
  });

  it('removes a member of a list item and makes nothing on the way to a missing one', () => {
    expect(withValue({ list: [{ a: 1, b: 2 }, 3] }, ['list', 0, 'a'], undefined)).toEqual({
      list: [{ b: 2 }, 3],
    });
    expect(withValue({}, ['a', 'b'], undefined)).toEqual({});
  });

  it('does not write through a scalar', () => {
    expect(withValue({ database: 5 }, ['database', 'host'], 'x')).toEqual({ database: 5 });
  });
});

import { describe, expect, it } from 'vitest';
import { allowedMethods, type RouteTable } from './route-methods.js';

function route(path: string, ...methods: string[]): RouteTable['stack'][number] {
  return {
    route: { methods: Object.fromEntries(methods.map((method) => [method, true])) },
    match: (asked) => asked === path,
  };
}

describe('allowedMethods', () => {
  it('joins the methods of all routes of the path', () => {
    const table = { stack: [route('/a', 'get'), route('/a', 'put'), route('/b', 'post')] };

    expect(allowedMethods(table, '/a')).toEqual(['GET', 'HEAD', 'OPTIONS', 'PUT']);
    expect(allowedMethods(table, '/b')).toEqual(['OPTIONS', 'POST']);
    expect(allowedMethods(table, '/c')).toBeUndefined();
  });

  it('does not count middleware, catch-all routes and paths that cannot be decoded', () => {
    const broken = { ...route('/a', 'get'), match: () => decodeURIComponent('%zz') };
    const table = { stack: [{ match: () => true }, route('/a', '_all'), broken] };

    expect(allowedMethods(table, '/a')).toBeUndefined();
  });
});

import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { makeViewToken } from '../model/view-token.js';
import { originalPathOf, pathOf, rewritePath, usePlainTarget } from './request-path.js';

function requestFor(url: string): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.url = url;
  return request;
}

describe('rewritePath', () => {
  it('changes the path, keeps the query and remembers what was sent', () => {
    const request = requestFor('/a/b/?q=/a?x');

    rewritePath(request, [(path) => path.replace(/\/$/, ''), (path) => path.toUpperCase()]);

    expect(request.url).toBe('/A/B?q=/a?x');
    expect(pathOf(request)).toBe('/A/B');
    expect(originalPathOf(request)).toBe('/a/b/');
  });

  it.each(['*', 'http://host/a', 'host:80'])('leaves %s alone', (url) => {
    const request = requestFor(url);
    rewritePath(request, [() => '/other']);
    expect(request.url).toBe(url);
  });
});

describe('usePlainTarget', () => {
  it.each([
    ['/a/b?c=/d', '/a/b?c=/d'],
    ['*', '*'],
    ['http://host:80/a?b', '/a?b'],
    ['HTTPS://user@host', '/'],
    ['http://host?a=b', '/?a=b'],
    ['http://host\\a\\b', '/'],
    ['http://host//a', '//a'],
    ['/http://host/a', '/http://host/a'],
    ['/a#b?c', '/a'],
    ['/a?b#c#d', '/a?b'],
    ['http://host#/a', '/'],
    ['#', ''],
  ])('makes of %s what is routed: %s', (url, expected) => {
    const request = requestFor(url);
    usePlainTarget(request);
    expect(request.url).toBe(expected);
  });
});

it('originalPathOf shows no token of a view, wherever it stands', () => {
  const token = makeViewToken();
  for (const path of [`/View/${token}/a`, `/a%2F${token}%2Fb`, `/${token}${token}`]) {
    expect(originalPathOf(requestFor(path))).not.toContain(token.slice(5));
  }
});

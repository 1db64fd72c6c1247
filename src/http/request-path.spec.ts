import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { originalPathOf, pathOf, rewritePath } from './request-path.js';

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

import { describe, expect, it } from 'vitest';
import { DocumentPart } from './official-finding.js';
import { checkPackage } from './official-packages.js';

/** Findings on a package of a document of today's schema, as `code pointer`. */
function faults(members: object): string[] {
  const part = { registryType: 'npm', identifier: '@a/b', transport: { type: 'stdio' }, ...members };
  return [...checkPackage(new DocumentPart(part), '2025-12-11')].map(
    ({ code, pointer }) => `${code} ${pointer}`,
  );
}

describe('packages', () => {
  it.each([
    [{}, []],
    [{ registryType: 'gem', version: '1.0.0-next.1' }, []],
    [{ identifier: 'a b' }, ['package-name-has-spaces /identifier']],
    [{ version: 'latest' }, ['reserved-version-string /version']],
    [{ version: '~1.0' }, ['version-looks-like-range /version']],
  ])('%j', (members, expected) => {
    expect(faults(members)).toEqual(expected);
  });
});

describe('arguments', () => {
  it.each([
    [{ type: 'positional', value: 'x' }, []],
    [{ type: 'positional', valueHint: 'x' }, []],
    [{ type: 'positional' }, ['schema ']],
    [{ type: 'positional', value: '' }, ['schema ']],
    [{ type: 'flag' }, ['schema /type']],
    [{ type: 'named', name: '--port', value: '80', default: 'x--port' }, []],
    [{ type: 'named', value: 'x' }, ['named-argument-name-required /name']],
    [{ type: 'named', name: '' }, ['named-argument-name-required /name']],
    [{ type: 'named', name: '--dir <p>' }, ['invalid-named-argument-name /name']],
    [{ type: 'named', name: '--$x' }, ['invalid-named-argument-name /name']],
    [{ type: 'named', name: '-p', value: '-p=80' }, ['argument-value-starts-with-name /value']],
    [{ type: 'named', name: '-p', default: '-p' }, ['argument-default-starts-with-name /default']],
    [{ type: 5 }, []],
  ])('%j', (argument, expected) => {
    const places = ['runtimeArguments', 'packageArguments'];

    for (const place of places) {
      const found = expected.map((finding) => finding.replace(' ', ` /${place}/0`));
      expect(faults({ [place]: [argument] })).toEqual(found);
    }
  });
});

describe('transports of packages', () => {
  const inputs = {
    runtimeArguments: [{ type: 'positional', valueHint: 'host' }],
    packageArguments: [{ type: 'named', name: '--port' }],
    environmentVariables: [{ name: 'BASE' }],
  };

  it.each([
    [{ type: 'stdio', url: '' }, []],
    [{ type: 'stdio', url: 'https://e.com' }, ['stdio-transport-url-not-empty /transport/url']],
    [{ type: 'http' }, ['unsupported-transport-type /transport/type']],
    [{ type: '' }, ['unsupported-transport-type /transport/type']],
    [{ type: 'sse' }, ['streamable-transport-url-required /transport/url']],
    [{ type: 'streamable-http', url: '' }, ['streamable-transport-url-required /transport/url']],
    [{ type: 'sse', url: 'http://localhost:3000/sse' }, []],
    [{ type: 'sse', url: 'http://{host}:{--port}/{BASE}' }, []],
    [{ type: 'sse', url: 'http://{host}/{nobody}' }, ['invalid-templated-url /transport/url']],
    [{ type: 'sse', url: 'ftp://e.com/' }, ['invalid-templated-url /transport/url']],
    [{ type: 'sse', url: 'http:///x' }, ['invalid-templated-url /transport/url']],
    [{ type: 'sse', url: 'HTTP://e.com/' }, ['schema /transport/url']],
    [{ type: 'sse', url: 'http://e.com/a b' }, ['schema /transport/url']],
    [{ type: 'sse', url: '{BASE}/sse' }, ['draft-templated-url /transport/url']],
    [
      { type: 'sse', url: '{OTHER}/sse' },
      ['invalid-templated-url /transport/url', 'draft-templated-url /transport/url'],
    ],
  ])('%j', (transport, expected) => {
    expect(faults({ ...inputs, transport })).toEqual(expected);
  });
});

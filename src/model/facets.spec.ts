import { describe, expect, it } from 'vitest';
import { facetsOf } from './facets.js';

const PUBLISHER = 'io.modelcontextprotocol.registry/publisher-provided';
const provided = (publisher: unknown) => ({ description: 'd', _meta: { [PUBLISHER]: publisher } });

describe('facetsOf', () => {
  it('collects what a document says in all its places, without repeats', () => {
    const facets = facetsOf({
      title: ' Weather ',
      description: 'Forecasts',
      packages: [
        { registryType: 'npm', transport: { type: 'stdio' } },
        { registry_type: 'oci', transport: { type: 'stdio' } },
        { registryType: 'npm' },
      ],
      remotes: [{ type: 'sse' }, { type: 'streamable-http' }],
      _meta: {
        [PUBLISHER]: {
          'io.github.stacklok': {
            image: { tags: ['weather', 'api'], tools: ['now'], tool_definitions: [{ name: 'later' }] },
            other: { tags: ['api', 'maps'] },
          },
          'com.example': { any: { tags: ['theirs'], tools: ['now'] } },
        },
      },
    });
    expect(facets).toEqual({
      title: 'Weather',
      description: 'Forecasts',
      tags: ['weather', 'api', 'maps', 'theirs'],
      tools: ['now', 'later'],
      registryTypes: ['npm', 'oci'],
      transports: ['stdio', 'sse', 'streamable-http'],
    });
  });

  it.each([
    { description: 'd' },
    { description: 'd', title: null, packages: null, remotes: null, _meta: null },
    { description: 'd', title: '  ', packages: [], remotes: [] },
    provided({
      tags: ['level one'],
      ns: { tags: ['level two'], key: { tags: [1, null, {}, '', ' '], tools: 'no' } },
    }),
    provided({ ns: { key: { tags: { 0: 'x' }, tool_definitions: [null, 'x', { name: 3 }] } } }),
    provided([{ key: { tags: ['in an array'] } }]),
    { packages: [null, 3, { registryType: 4, transport: 'stdio' }], remotes: ['sse'], description: 'd' },
  ])('finds nothing in %j', (document) => {
    expect(facetsOf(document)).toEqual({
      description: 'd',
      tags: [],
      tools: [],
      registryTypes: [],
      transports: [],
    });
  });

  it('is bounded', () => {
    const many = Array.from({ length: 1000 }, (_, index) => `tag-${index}`);
    const facets = facetsOf({
      ...provided({ ns: { key: { tags: ['x'.repeat(257), 'y'.repeat(256), ...many] } } }),
      title: 't'.repeat(300),
    });
    expect(facets.tags).toHaveLength(500);
    expect(facets.tags.slice(0, 2)).toEqual(['y'.repeat(256), 'tag-0']);
    expect(facets.title).toHaveLength(256);
  });

  it('takes __proto__ for a member like any other', () => {
    const text = `{"description":"d","_meta":{"${PUBLISHER}":{"__proto__":{"__proto__":{"tags":["a"]}}}}}`;
    expect(facetsOf(JSON.parse(text)).tags).toEqual(['a']);
    expect(
      facetsOf(JSON.parse('{"__proto__":{"title":"inherited","packages":[{"registryType":"npm"}]}}')),
    ).toEqual({
      description: '',
      tags: [],
      tools: [],
      registryTypes: [],
      transports: [],
    });
    expect('tags' in {}).toBe(false);
  });
});

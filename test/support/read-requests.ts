import fc from 'fast-check';
import { serverJson } from './documents.js';

/** A request as it is sent. */
export interface GeneratedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const TOOLS = { tags: ['db', 'Ünïcode'], tools: ['read_it', 'write_it'] };
const META = {
  _meta: { 'io.modelcontextprotocol.registry/publisher-provided': { 'io.x': { image: TOOLS } } },
};

/** Sources by name, the upper one first. */
export const CATALOGUE = {
  upper: {
    servers: [
      ...['1.0.0', '1.1.0', '2.0.0-rc.1', '1.0.0+b'].map((version) =>
        serverJson('up.example/both', version, META),
      ),
      ...Array.from({ length: 12 }, (_, index) => serverJson(`up.example/n${index}`)),
      { server: serverJson('up.example/old'), _meta: officialStatus('deprecated') },
      { server: serverJson('up.example/gone'), _meta: officialStatus('deleted') },
    ],
  },
  lower: {
    servers: [
      serverJson('up.example/both', '9.0.0'),
      serverJson('up.example/gone', '3.0.0'),
      serverJson('low.example/large', '1.0.0', { title: 'x'.repeat(100), ...META }),
    ],
  },
};

function officialStatus(status: string): object {
  return { 'io.modelcontextprotocol.registry/official': { status } };
}

const names = [
  'up.example/both',
  'up.example/n3',
  'up.example/gone',
  'low.example/large',
  'up.example/none',
  '..',
  '',
];
const spelled = fc
  .constantFrom(...names)
  .chain((name) =>
    fc.constantFrom(
      encodeURIComponent(name),
      encodeURIComponent(name).replace('%2F', '%2f'),
      encodeURIComponent(encodeURIComponent(name)),
      name,
      `${name}%zz`,
    ),
  );
const version = fc.constantFrom(
  'latest',
  '1.0.0',
  '1.0.0+b',
  '1.0.0%2Bb',
  '9.0.0',
  '2.0.0-rc.1',
  '0',
  '%',
  '',
);
const tail = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 2, arbitrary: spelled.map((name) => `/${name}`) },
  { weight: 2, arbitrary: spelled.map((name) => `/${name}/versions`) },
  { weight: 3, arbitrary: fc.tuple(spelled, version).map(([name, text]) => `/${name}/versions/${text}`) },
  { weight: 1, arbitrary: spelled.map((name) => `/${name}/status`) },
);
const mount = fc.constantFrom(
  '',
  '',
  '',
  '/registry/default',
  '/registry/one',
  '/registry/none',
  '/registry',
  '/',
);
const route = fc.constantFrom(
  ...Array<string>(8).fill('/v0.1/servers'),
  '/v0/servers',
  '/servers',
  '/v0.1/v0.1/servers',
  '/v0.1//servers',
  '/api/v0/servers',
  '/v0.1/x/dev.toolhive/skills',
  '/v0.1/x/dev.toolhive/plugins',
  '/v0.1/ping',
  '/V0.1/servers',
);
const path = fc
  .tuple(mount, route, tail, fc.constantFrom('', '', '', '/', '//'))
  .map((parts) => parts.join(''));

const goodParameter = fc.constantFrom(
  'limit=3',
  'limit=0',
  'limit=5000',
  'limit=',
  'limit=2&limit=4',
  'limit[]=1',
  'include_deleted=true',

  'search=up',
  'search=READ_IT+both',
  'search=%C3%9Cn%C3%AF',
  'search=boht',
  'search=%zz',
  'search=a%20b',
  'version=latest',
  'version=1.0.0',
  'version=',
  'sort=updated',
  'sort=relevance',
  'tag=db',
  'tag=none',
  'updated_since=2020-01-01T00:00:00Z',
  'updated_since=2020-01-01T00:00:00+01:00',
  'transport=stdio',
  'updated_since=2999-01-01T00:00:00Z',
  'registry_type=oci',
  'source=lower',
  'status=deprecated,deleted',

  'format=toolhive',
  'format=upstream',
  'format=',
  'unknown=1',
  '=',
  '&&',
  'cursor=',
  '?limit=2',
  '__proto__=1',
);
const badParameter = fc.constantFrom(
  'limit=x',
  'include_deleted=maybe',
  'updated_since=x',
  'sort=none',
  'status=bad',
  'format=xml',
  'cursor=abc',
  `cursor=${'a'.repeat(5_000)}`,
  `search=${'a'.repeat(300)}`,
);
const parameter = fc.oneof({ weight: 8, arbitrary: goodParameter }, { weight: 1, arbitrary: badParameter });
const query = fc
  .array(parameter, { maxLength: 3 })
  .map((parameters) => (parameters.length === 0 ? '' : `?${parameters.join('&')}`));

/** Any request that reading clients, and others, could send; tags are known ones of some replies. */
export function anyRequest(etags: readonly string[]): fc.Arbitrary<GeneratedRequest> {
  const headers = fc.record(
    {
      'accept-encoding': fc.constantFrom('gzip', 'br', 'gzip, br;q=0.5', 'identity', '*', 'x;q=2'),
      'if-none-match': fc.constantFrom('*', '"x"', ...etags, ...etags.map((tag) => `"x", W/${tag}`)),
      origin: fc.constantFrom('https://known.example', 'https://other.example'),
      authorization: fc.constantFrom('Bearer x', 'Basic eDp5'),
      'x-request-id': fc.constantFrom('mine', 'not sane!'),
      'access-control-request-headers': fc.constantFrom('x-a, x-b', '('),
      'access-control-request-method': fc.constantFrom('PUT', 'GET'),
      connection: fc.constantFrom('close', 'keep-alive'),
    },
    { requiredKeys: [] },
  );
  const bodies = fc.oneof(
    { weight: 15, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constant({ 'content-length': '0' }) },
  );
  return fc.record({
    method: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('GET', 'GET', 'GET', 'HEAD') },
      { weight: 1, arbitrary: fc.constantFrom('OPTIONS', 'POST') },
    ),
    path: fc.tuple(path, query).map((parts) => parts.join('')),
    headers: fc.tuple(headers, bodies).map(([some, body]) => ({ ...some, ...body })),
  });
}

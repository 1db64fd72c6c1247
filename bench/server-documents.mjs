const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';
const PUBLISHER_PROVIDED = 'io.modelcontextprotocol.registry/publisher-provided';
const DOMAINS = ['com.example', 'org.example', 'net.example', 'io.github.example-org'];
const SUBJECTS = [
  'weather',
  'calendar',
  'database',
  'kubernetes',
  'ticket',
  'invoice',
  'map',
  'mail',
  'log',
  'git',
];
const ROLES = ['reader', 'search', 'planner', 'monitor', 'writer', 'gateway', 'analyst', 'exporter'];
const VERBS = ['list', 'get', 'create', 'update', 'search', 'summarize', 'compare', 'watch'];
const TAGS = ['office', 'operations', 'database', 'search', 'travel', 'observability', 'files', 'security'];
const PROSE =
  'Answers in plain words, names the source of each fact, asks before it changes anything and keeps to the ' +
  'limits of the account it was given. Large results come in pages that can be read one after the other. ';

/** What one name has in common in all its versions. */
export function drawIdentity(random, index) {
  const subject = random.pick(SUBJECTS);
  const role = random.pick(ROLES);
  return {
    slug: `${subject}-${role}-${index}`,
    domain: random.pick(DOMAINS),
    subject,
    role,
    kind: random.pick(['oci', 'oci', 'oci', 'remote', 'npm', 'pypi']),
    tier: random.pick(['Official', 'Community']),
    status: random.next() < 0.02 ? 'Deprecated' : 'Active',
    tags: [...new Set([random.pick(TAGS), random.pick(TAGS), subject])],
    stars: random.integer(0, 5_000),
  };
}

/** One server document of exactly `size` bytes of compact ASCII JSON, or as small as it can be where that is more. */
export function serverDocument(random, identity, version, size) {
  const { key, offer } = placeOfServer(identity, version);
  const extension = {
    custom_metadata: { author: `Team ${identity.subject}`, license: 'Apache-2.0' },
    metadata: { last_updated: '2026-10-01T00:00:00Z', stars: identity.stars },
    overview: '',
    status: identity.status,
    tags: identity.tags,
    tier: identity.tier,
    tools: VERBS.slice(0, random.integer(2, VERBS.length)).map((verb) => `${verb}_${identity.subject}`),
  };
  const document = {
    $schema: SCHEMA,
    name: `${identity.domain}/${identity.slug}`,
    description: `Lets an assistant work with your ${identity.subject} data: ${identity.role}`,
    title: `${capitalized(identity.subject)} ${capitalized(identity.role)}`,
    repository: { url: `https://github.com/example-org/${identity.slug}`, source: 'github' },
    version,
    icons: [
      { src: `https://example.com/icons/${identity.slug}.svg`, mimeType: 'image/svg+xml', sizes: ['any'] },
    ],
    ...offer,
    _meta: { [PUBLISHER_PROVIDED]: { 'io.github.stacklok': { [key]: extension } } },
  };
  fill(extension, size - JSON.stringify(document).length);
  return document;
}

function placeOfServer(identity, version) {
  if (identity.kind === 'remote') {
    const url = `https://${identity.slug}.example.com/mcp`;
    return { key: url, offer: { remotes: [{ type: 'streamable-http', url }] } };
  }
  const environmentVariables = [
    { name: 'API_TOKEN', description: 'Token of your account', isRequired: true, isSecret: true },
  ];
  const transport = { type: 'stdio' };
  if (identity.kind === 'oci') {
    const identifier = `docker.io/example/${identity.slug}:${version}`;
    return {
      key: identifier,
      offer: { packages: [{ registryType: 'oci', identifier, transport, environmentVariables }] },
    };
  }
  const identifier = `example-${identity.slug}`;
  const registryType = identity.kind;
  return {
    key: identifier,
    offer: { packages: [{ registryType, identifier, version, transport, environmentVariables }] },
  };
}

/** Big documents are big because of their tool definitions, small ones because of their overview: as in real life. */
function fill(extension, missingBytes) {
  let missing = missingBytes;
  const definitions = [];
  while (missing > 4_000) {
    const definition = toolDefinition(extension.tools, definitions.length);
    missing -= JSON.stringify(definition).length + 1;
    definitions.push(definition);
  }
  if (definitions.length > 0) {
    extension.tool_definitions = definitions;
    missing -= ',"tool_definitions":[]'.length - 1;
  }
  if (missing > 0) extension.overview = PROSE.repeat(Math.ceil(missing / PROSE.length)).slice(0, missing);
}

function toolDefinition(tools, index) {
  const name = `${tools[index % tools.length]}_${index}`;
  const property = { type: 'string', description: PROSE.slice(0, 90) };
  return {
    name,
    description: PROSE,
    inputSchema: {
      type: 'object',
      properties: {
        query: property,
        page: { type: 'integer', minimum: 1 },
        filter: property,
        order: property,
      },
      required: ['query'],
    },
    annotations: { readOnlyHint: index % 3 === 0 },
  };
}

function capitalized(word) {
  return word[0].toUpperCase() + word.slice(1);
}

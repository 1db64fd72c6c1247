import type { ConfigForm } from './config.schema.js';

/** One table of the page: the keys of `form` below a path. */
export interface PageSection {
  readonly title: string;
  readonly text: string;
  readonly form: ConfigForm;
  readonly below: readonly string[];
  /** Only direct members, blocks among them; otherwise everything below that is no block. */
  readonly shallow?: boolean;
}

/** The single-source form in a short example. */
export const SINGLE_EXAMPLE = `registryName: default
source:
  type: file
  file:
    path: ./config/registry-sample.json
syncPolicy:
  interval: 30m
filter:
  tags:
    exclude: [experimental]
`;

/** The form with sources and registries in a short example. */
export const SOURCES_EXAMPLE = `sources:
  - name: company
    file:
      path: ./config/registry-sample.json
    syncPolicy:
      interval: 5m
  - name: extra
    file:
      data: '{"version": "1.0.0", "last_updated": "2025-11-01T00:00:00Z", "servers": {}}'
registries:
  - name: default
    sources: [company, extra]
`;

/** The operator's form in a short example. */
export const OPERATOR_EXAMPLE = `registryName: example
registries:
  - name: company
    format: upstream
    file:
      path: ./config/registry-sample.json
    syncPolicy:
      interval: 1h
`;

/** What the page says before its tables. */
export const PAGE_START = `<!-- Generated from the configuration schema. Do not edit. -->

# Configuration

The server reads one YAML file, \`--config FILE\`. Without it, it serves the sample registry from memory.
\`config/config.schema.json\` is the JSON Schema of the file for editors; \`config/config-file.yaml\` and
\`config/config-multiple.yaml\` are samples to start from.

- **Order**: flags, environment, file, defaults.
- **Environment**: \`THV_REGISTRY_\` and the path of a key in upper case with \`_\` overrides the key, whether the file
  has it or not. Lists and what is inside them cannot be overridden. An empty variable counts as absent.
- **Mistakes**: every problem is reported at once, with its path and line. Unknown keys are warnings at \`serve\` and
  errors in \`validate\`. The case of keys matters, that of claim names too.
- **Durations** are written as in Go: \`30m\`, \`1h30m\`, \`500ms\`. **Sizes** are bytes, or a number with a unit: \`10MiB\`.

## Forms

One source and one registry of the same name:

\`\`\`yaml
${SINGLE_EXAMPLE}\`\`\`

Any number of sources, and registries that combine them. For one entry, the first source in the list of a registry
that has it wins:

\`\`\`yaml
${SOURCES_EXAMPLE}\`\`\`

The operator of November 2025 wrote registries that are sources themselves. Each item means one source and one registry
of its name:

\`\`\`yaml
${OPERATOR_EXAMPLE}\`\`\`

A file is written in one form; mixing them is an error. The variables of sources in the tables below work in the
single-source form.`;

/** The tables, in the order of the page. */
export const PAGE_SECTIONS: readonly PageSection[] = [
  {
    title: '`sources[]`',
    text: 'Where entries come from. Each source has exactly one of the five kinds.',
    form: 'sources',
    below: ['sources', '*'],
    shallow: true,
  },
  {
    title: '`registries[]`',
    text: 'What clients read. The default registry is the one named `default`, else the first.',
    form: 'sources',
    below: ['registries', '*'],
    shallow: true,
  },
  {
    title: 'Single source: top level and `source`',
    text: '`registryName` (`default`, variable `THV_REGISTRY_REGISTRYNAME`) names the registry and its source. `source` takes the place of `sources[]`; `syncPolicy` and `filter` stand beside it.',
    form: 'single',
    below: ['source'],
    shallow: true,
  },
  {
    title: '`git`',
    text: 'At most one of `branch`, `tag` and `commit`.',
    form: 'single',
    below: ['source', 'git'],
  },
  {
    title: '`api`',
    text: 'Another registry that speaks the Registry API.',
    form: 'single',
    below: ['source', 'api'],
  },
  {
    title: '`file`',
    text: 'Exactly one of `path`, `url` and `data`.',
    form: 'single',
    below: ['source', 'file'],
  },
  {
    title: '`kubernetes`',
    text: 'Without `namespaces`: those of `THV_REGISTRY_WATCH_NAMESPACE`, else the pod’s own, else all.',
    form: 'sources',
    below: ['sources', '*', 'kubernetes'],
  },
  { title: '`syncPolicy`', text: 'When and how a source is read.', form: 'single', below: ['syncPolicy'] },
  {
    title: '`filter`',
    text: 'Globs with `*` (which crosses `/`), `?`, `[…]` and `{a,b}`. What is excluded stays out.',
    form: 'single',
    below: ['filter'],
  },
  {
    title: '`database`',
    text: 'Without this block the embedded store is used.',
    form: 'sources',
    below: ['database'],
  },
  {
    title: '`sync`',
    text: 'How several processes on one database share the rounds.',
    form: 'sources',
    below: ['sync'],
  },
  { title: '`fileStorage`', text: 'Files that the server writes.', form: 'sources', below: ['fileStorage'] },
  { title: '`auth`', text: 'Without this block everybody reads.', form: 'sources', below: ['auth'] },
  { title: '`server`', text: 'The HTTP server.', form: 'sources', below: ['server'] },
  { title: '`telemetry`', text: 'Traces and metrics over OTLP.', form: 'sources', below: ['telemetry'] },
  { title: '`audit`', text: 'One JSON line for each event.', form: 'sources', below: ['audit'] },
  {
    title: '`views`',
    text: 'Client views: addresses for clients that cannot log in. They take effect without a restart.',
    form: 'sources',
    below: ['views', '*'],
  },
];

/** What the page says after its tables. */
export const PAGE_END = `## Variables without a key

| Variable | Meaning |
| --- | --- |
| \`THV_REGISTRY_LOG_LEVEL\`, else \`LOG_LEVEL\` | \`debug\`, \`info\`, \`warn\` (or \`warning\`) or \`error\`; anything else means \`info\`, with a warning |

A password variable alone does not switch PostgreSQL on.

## Names

Names of sources and registries have \`a-z\`, \`0-9\` and, between them, \`.\`, \`_\` and \`-\`, up to 63 characters. Other names
of older configurations are accepted with a warning.`;

import { DocumentPart, type OfficialFinding } from './official-finding.js';
import { CURRENT_DATE, type SchemaDate } from './official-schema-date.js';
import { fillPlaceholders, isLocalHost, parseAbsoluteUri, placeholders } from './official-urls.js';

const HTTP_URL = /^https?:\/\/\S+$/;
/** Only the draft schema allows an address that begins with a variable. */
const DRAFT_URL = /^\{[a-zA-Z_][a-zA-Z0-9_]*\}\S*$/;

/**
 * Judges the transport of a package.
 * @param names what its arguments and environment variables offer to placeholders in the URL
 */
export function* checkPackageTransport(
  transport: DocumentPart,
  names: ReadonlySet<string>,
  date: SchemaDate,
): Iterable<OfficialFinding> {
  const type = transport.part('type').raw();
  if (typeof type !== 'string') return;
  const url = transport.text('url');
  switch (type) {
    case 'stdio':
      if (url === undefined) return;
      yield transport.error(
        'url',
        'stdio-transport-url-not-empty',
        'stdio has no address: leave the URL out.',
      );
      return;
    case 'streamable-http':
    case 'sse':
      if (url !== undefined) yield* checkPackageUrl(transport, url, names, date);
      else if (transport.lacks('url'))
        yield transport.error('url', 'streamable-transport-url-required', URL_MISSING);
      return;
    default: {
      const message = 'There is no such transport: write "stdio", "streamable-http" or "sse".';
      yield transport.error('type', 'unsupported-transport-type', message);
    }
  }
}

/** Judges one of a server's remotes. Placeholders in its URL are filled from its own `variables`. */
export function* checkRemote(remote: DocumentPart, date: SchemaDate): Iterable<OfficialFinding> {
  const type = remote.part('type').raw();
  if (typeof type === 'string' && type !== 'streamable-http' && type !== 'sse') {
    const message = 'A remote has no such transport: write "streamable-http" or "sse".';
    yield remote.error('type', 'unsupported-remote-transport-type', message);
  } else if (remote.lacks('url')) {
    yield remote.error('url', 'remote-transport-url-required', URL_MISSING);
  }
  const url = remote.text('url');
  if (url === undefined) return;
  yield* checkPlaceholders(
    remote,
    url,
    new Set(remote.part('variables').names()),
    'variables of this remote',
  );
  if (DRAFT_URL.test(url)) {
    yield draftUrl(remote);
    return;
  }
  const target = parseAbsoluteUri(fillPlaceholders(url));
  if (target?.scheme !== 'https' || target.host === '' || isLocalHost(target.host)) {
    const message = 'Others cannot reach this safely: write "https://" and a host that is not this machine.';
    yield remote.error('url', 'invalid-remote-url', message);
  }
  if (target !== undefined && target.host !== '') yield* checkUrlShape(remote, url, date);
}

const URL_MISSING = 'This transport needs an address: write its URL.';

function* checkPackageUrl(
  transport: DocumentPart,
  url: string,
  names: ReadonlySet<string>,
  date: SchemaDate,
): Iterable<OfficialFinding> {
  yield* checkPlaceholders(transport, url, names, 'arguments and environment variables of this package');
  if (DRAFT_URL.test(url)) {
    yield draftUrl(transport);
    return;
  }
  const target = parseAbsoluteUri(fillPlaceholders(url));
  const isHttp = target?.scheme === 'http' || target?.scheme === 'https';
  if (isHttp && target.host !== '') {
    yield* checkUrlShape(transport, url, date);
    return;
  }
  const message = 'This is no web address: write "http://" or "https://" and a host.';
  yield transport.error('url', 'invalid-templated-url', message);
}

function* checkPlaceholders(
  transport: DocumentPart,
  url: string,
  names: ReadonlySet<string>,
  where: string,
): Iterable<OfficialFinding> {
  const unknown = placeholders(url).filter((name) => !names.has(name));
  if (unknown.length === 0) return;
  const message = `Nothing fills ${unknown.map((name) => `{${name}}`).join(', ')}: define it among the ${where}.`;
  yield transport.error('url', 'invalid-templated-url', message);
}

/** What schemas before the current one demanded of an address differs by transport. */
function* checkUrlShape(transport: DocumentPart, url: string, date: SchemaDate): Iterable<OfficialFinding> {
  if (date === CURRENT_DATE) {
    if (HTTP_URL.test(url)) return;
    const message = 'An address begins with "http://" or "https://" in lower case and holds no blanks.';
    yield transport.error('url', 'schema', message);
    return;
  }
  if (transport.text('type') !== 'sse' || parseAbsoluteUri(url) !== undefined) return;
  const message = `The schema of ${date} allows no placeholder here: name the schema of ${CURRENT_DATE}.`;
  yield transport.error('url', 'schema', message);
}

function draftUrl(transport: DocumentPart): OfficialFinding {
  const message =
    'Only the draft schema allows an address that begins with a variable: begin with "https://" for the official registry.';
  return transport.warning('url', 'draft-templated-url', message);
}

import { DocumentPart, type OfficialFinding } from './official-finding.js';
import type { SchemaDate } from './official-schema-date.js';
import { parseAbsoluteUri } from './official-urls.js';
import { looksLikeRange } from './version-rule.js';

const SERVER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9.-]*[a-zA-Z0-9]\/[a-zA-Z0-9][a-zA-Z0-9._-]*[a-zA-Z0-9]$/;
const SUBFOLDER_CHARACTERS = /^[a-zA-Z0-9\-_./]+$/;
const WEBSITE_HAZARDS = /["'<> \t\r\n]/;
const ICON_SIZE = /^(?:\d+x\d+|any)$/;
/** The first schema that knows icons. */
const ICONS_SINCE: SchemaDate = '2025-10-11';

const FORGES = new Map([
  ['github', /^https?:\/\/(?:www\.)?github\.com\/[\w.-]+\/[\w.-]+\/?$/],
  ['gitlab', /^https?:\/\/(?:www\.)?gitlab\.com\/[\w.-]+\/[\w.-]+\/?$/],
]);

/** The rules on a server's name, version, title, website, repository and icons that go beyond their shape. */
export function* checkFields(document: DocumentPart, date: SchemaDate): Iterable<OfficialFinding> {
  yield* checkName(document);
  yield* checkVersion(document);
  yield* checkTitle(document);
  yield* checkWebsite(document);
  yield* checkRepository(document.part('repository'));
  for (const icon of document.parts('icons')) yield* checkIcon(icon, date);
}

/** The `version` of a server or of a package: one exact version, which prereleases with an x are too. */
export function* checkVersion(part: DocumentPart): Iterable<OfficialFinding> {
  const version = part.text('version');
  if (version === undefined) return;
  if (version === 'latest') {
    const message = '"latest" is reserved for the newest version: write an exact version such as "1.0.0".';
    yield part.error('version', 'reserved-version-string', message);
  }
  if (looksLikeRange(version)) {
    const message = 'This is a range of versions: write one exact version such as "1.0.0".';
    yield part.error('version', 'version-looks-like-range', message);
  }
}

function* checkName(document: DocumentPart): Iterable<OfficialFinding> {
  const name = document.text('name');
  if (name === undefined || SERVER_NAME.test(name)) return;
  const message =
    'This is no server name: write "namespace/name", both of two or more letters, digits, dots and hyphens (underscores after the slash), beginning and ending with a letter or digit.';
  yield document.error('name', 'invalid-server-name', message);
}

function* checkTitle(document: DocumentPart): Iterable<OfficialFinding> {
  if (document.text('title')?.trim() !== '') return;
  yield document.error('title', 'title-whitespace-only', 'The title is blank: write a name or leave it out.');
}

function* checkWebsite(document: DocumentPart): Iterable<OfficialFinding> {
  const url = document.text('websiteUrl') ?? '';
  const scheme = parseAbsoluteUri(url)?.scheme;
  if (scheme !== undefined && scheme !== 'https') {
    const message = 'The website is not served over HTTPS: write an address that begins with "https://".';
    yield document.error('websiteUrl', 'website-url-invalid-scheme', message);
  }
  if (scheme !== undefined && WEBSITE_HAZARDS.test(url)) {
    const message = 'The address holds a blank, a quote or an angle bracket: write it percent-encoded.';
    yield document.error('websiteUrl', 'website-url-invalid-characters', message);
  }
}

function* checkRepository(repository: DocumentPart): Iterable<OfficialFinding> {
  const url = repository.text('url');
  const source = repository.part('source').raw();
  if (typeof source === 'string' && !FORGES.has(source)) {
    const message = 'The official registry knows no such forge: write "github" or "gitlab".';
    yield repository.error('source', 'invalid-repository-url', message);
  }
  if (url !== undefined && typeof source === 'string' && FORGES.get(source)?.test(url) === false) {
    const message = `This is no repository of that source: write "https://${source}.com/owner/repository".`;
    yield repository.error('url', 'invalid-repository-url', message);
  }
  const subfolder = repository.text('subfolder');
  if (subfolder === undefined || isCleanPath(subfolder)) return;
  const message = 'This is no clean relative path: write folders joined by "/", without "." or "..".';
  yield repository.error('subfolder', 'invalid-subfolder-path', message);
}

function isCleanPath(path: string): boolean {
  if (!SUBFOLDER_CHARACTERS.test(path)) return false;
  return path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

function* checkIcon(icon: DocumentPart, date: SchemaDate): Iterable<OfficialFinding> {
  const scheme = parseAbsoluteUri(icon.text('src') ?? '')?.scheme;
  if (scheme !== undefined && scheme !== 'https') {
    const message = 'The icon is not served over HTTPS: write an address that begins with "https://".';
    yield icon.error('src', 'icon-src-invalid-scheme', message);
  }
  if (date < ICONS_SINCE) return;
  for (const { text, pointer } of icon.part('sizes').texts()) {
    if (ICON_SIZE.test(text)) continue;
    const message = 'This is no icon size: write width and height such as "48x48", or "any".';
    yield { pointer, code: 'schema', message, severity: 'error' };
  }
}

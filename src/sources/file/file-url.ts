import { createHash } from 'node:crypto';
import { boundedFetch } from '../../common/bounded-fetch.js';
import { upstreamName, upstreamProblem } from '../../common/upstream-problem.js';
import type { SourceConfig } from '../../config/registry-config.js';
import { hashOf } from './file-bytes.js';

/** What an address holds, or that it still is what is known. */
export type FetchedAddress =
  | { readonly changed: false; readonly revision: string }
  | {
      readonly changed: true;
      readonly revision: string;
      readonly bytes: Buffer;
      readonly contentType: string | null;
    };

/** Longer validators are not worth keeping. */
const MAX_VALIDATOR = 1024;

/**
 * Asks an address for its content. The revision is the content's hash, then the address's, then what the server names
 * the content by, so that a server that knows conditional requests (RFC 9110, 13.1) answers the next one without it.
 * @throws DomainError as `boundedFetch` does, and one for each status that is no success
 */
export async function fetchAddress(
  url: string,
  file: (SourceConfig & { readonly kind: 'file' })['file'],
  context: { readonly signal: AbortSignal; readonly knownRevision?: string },
): Promise<FetchedAddress> {
  const known = knownState(url, context.knownRevision);
  const response = await boundedFetch({
    url,
    headers: { accept: 'application/json, application/yaml;q=0.9, */*;q=0.5', ...known?.condition },
    signal: context.signal,
    timeoutMs: file.timeoutMs,
    maxBytes: file.maxSize,
    ...(file.caCertPath !== undefined && { caCertPath: file.caCertPath }),
  });
  const { status, headers } = response;
  if (status !== 200) response.discard();
  if (status === 304 && known?.condition !== undefined) return { changed: false, revision: known.revision };
  if (status !== 200) throw upstreamProblem(status, upstreamName(url));
  const bytes = await response.bytes();
  const content = await hashOf(bytes);
  const revision = [content, hash(url), validator(headers)].join(' ').trimEnd();
  if (content === known?.content) return { changed: false, revision };
  return { changed: true, revision, bytes, contentType: headers.get('content-type') };
}

interface KnownState {
  readonly revision: string;
  readonly content: string;
  /** The header that asks for anything but this state; absent when the server gave it no name. */
  readonly condition: Record<string, string> | undefined;
}

/** What a revision says about this address; one of another address says nothing. */
function knownState(url: string, revision: string | undefined): KnownState | undefined {
  const [, content, address, kind, name] =
    /^(\w+) (\w+)(?: (etag|modified) (.+))?$/.exec(revision ?? '') ?? [];
  if (revision === undefined || content === undefined || address !== hash(url)) return undefined;
  if (name === undefined) return { revision, content, condition: undefined };
  const header = kind === 'etag' ? 'if-none-match' : 'if-modified-since';
  return { revision, content, condition: { [header]: name } };
}

function validator(headers: { get(name: string): string | null }): string {
  const tag = headers.get('etag');
  if (tag !== null && isUsable(tag)) return `etag ${tag}`;
  const modified = headers.get('last-modified');
  return modified !== null && isUsable(modified) ? `modified ${modified}` : '';
}

/** Only visible ASCII: anything else might come back as other bytes. */
function isUsable(text: string): boolean {
  return text.length <= MAX_VALIDATOR && /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text);
}

function hash(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

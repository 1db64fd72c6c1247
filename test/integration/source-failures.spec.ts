import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DomainError } from '../../src/common/domain-error.js';
import { readRegistry } from '../../src/model/registry-reader.js';
import { ApiProvider } from '../../src/sources/api/api.provider.js';
import { FileProvider } from '../../src/sources/file/file.provider.js';
import type { Fetched } from '../../src/sources/source-provider.js';
import { apiSource } from '../support/api-sources.js';
import { TestAuthority } from '../support/certificates.js';
import { fileSource, registryFileOf } from '../support/documents.js';
import { GitBench } from '../support/git-bench.js';
import type { GitServer } from '../support/git-server.js';
import {
  breaksOff,
  hangsUp,
  replies,
  staysSilent,
  UpstreamHttp,
  type UpstreamAnswer,
} from '../support/upstream-http.js';

type Kind = 'api' | 'git' | 'file';

/** How a source is read in this file: with little patience and little room. */
interface Attempt {
  readonly url: string;
  readonly timeoutMs?: number;
  readonly maxSize?: number;
}

/** One round of a source of each kind, as far as the reading of its documents. */
const ROUNDS: Readonly<Record<Kind, (attempt: Attempt) => Promise<void>>> = {
  api: async ({ url, ...limits }) => {
    await readAll(await new ApiProvider().fetch(apiSource(url, limits), { signal }));
  },
  git: async ({ url, ...limits }) => {
    await readAll(await bench.fetch({ repository: `${url}/repo.git`, ...limits }));
  },
  file: async ({ url, timeoutMs = 5_000, maxSize = 1024 ** 2 }) => {
    const source = fileSource({ path: '' });
    const file = { url: `${url}/registry.json`, timeoutMs, maxSize };
    await readAll(await new FileProvider().fetch({ ...source, file }, { signal }));
  },
};

/** One thing that goes wrong, and what is said about it: of all kinds, or of each. */
interface Failure {
  readonly what: string;
  readonly code: DomainError['code'];
  readonly says: RegExp | Readonly<Partial<Record<Kind, RegExp>>>;
  /** The address in place of that of the server. */
  readonly url?: () => string;
  readonly answer?: UpstreamAnswer;
  readonly timeoutMs?: number;
  readonly maxSize?: number;
}

const { signal } = new AbortController();
let upstream: UpstreamHttp;
let secure: UpstreamHttp;
let authority: TestAuthority;
let bench: GitBench;

beforeAll(async () => {
  Logger.overrideLogger(false);
  authority = new TestAuthority();
  bench = await GitBench.open();
  [upstream, secure] = await Promise.all([UpstreamHttp.start(), UpstreamHttp.start(authority.sign())]);
});

afterAll(async () => {
  authority.remove();
  await Promise.all([upstream.close(), secure.close(), bench.close()]);
});

const FAILURES: readonly Failure[] = [
  {
    what: 'a name that is not known',
    url: () => 'http://does-not-exist.invalid',
    code: 'upstream-unresolved',
    says: /does-not-exist\.invalid.* its name is not known.*: check its spelling/,
  },
  {
    what: 'a port where nobody listens',
    url: () => 'http://127.0.0.1:1',
    code: 'upstream-refused',
    says: /accepts no connection at 127\.0\.0\.1 port 1 .*: check host and port/,
  },
  {
    what: 'a certificate of an unknown authority',
    url: () => secure.url(''),
    code: 'upstream-untrusted',
    says: /certificate that is not trusted .*: set caCertPath/,
  },
  {
    what: 'status 401',
    answer: replies(401),
    code: 'upstream-unauthorized',
    says: {
      api: /401: .*credentials/,
      git: /401: it wants credentials: set git\.auth/,
      file: /401: .*credentials/,
    },
  },
  {
    what: 'status 403',
    answer: replies(403),
    code: 'upstream-forbidden',
    says: /403: the credentials .*do not allow/,
  },
  {
    what: 'status 404',
    answer: replies(404),
    code: 'upstream-not-found',
    says: {
      api: /no registry that speaks v0\.1: GET \S+\/v0\.1\/servers\S* answered 404/,
      git: /404: check git\.repository, and git\.auth/,
      file: /404: .*check the address/,
    },
  },
  {
    what: 'a page for people',
    answer: replies(200, '<!doctype html>', { 'content-type': 'text/html' }),
    code: 'invalid-source-data',
    says: { api: /is no registry that speaks v0\.1: .*not valid JSON/, file: /./ },
  },
  {
    what: 'a page for people',
    answer: replies(200, '<!doctype html>', { 'content-type': 'text/html' }),
    code: 'upstream-not-found',
    says: { git: /is not a git repository \(smart HTTP\): check git\.repository/ },
  },
  {
    what: 'silence',
    answer: staysSilent(),
    timeoutMs: 300,
    code: 'time-limit-exceeded',
    says: { api: /timeout \(300ms\)/, git: /git\.timeout \(300ms\)/, file: /timeout \(300ms\)/ },
  },
  {
    what: 'more than is allowed',
    answer: replies(200, ' '.repeat(2_000)),
    maxSize: 1024,
    code: 'limit-exceeded',
    says: { api: /api\.maxSize \(1KiB\).*: raise it/, file: /maxSize \(1KiB\); raise maxSize/ },
  },
  {
    what: 'a half answer',
    answer: breaksOff('{"servers":['),
    code: 'upstream-truncated',
    says: /closed the connection before everything had arrived/,
  },
  { what: 'a connection that ends', answer: hangsUp(), code: 'upstream-failed', says: /failed/ },
  { what: 'status 500', answer: replies(500), code: 'upstream-failed', says: /answered 500/ },
];

const CASES = FAILURES.flatMap((failure) => {
  const { says } = failure;
  const patterns = says instanceof RegExp ? { api: says, git: says, file: says } : says;
  return Object.entries(patterns).map(([kind, message]) => ({ ...failure, kind: kind as Kind, message }));
});

describe('what every kind of source says', () => {
  it.each(CASES)('$kind about $what: $code', async ({ kind, code, message, url, answer, ...limits }) => {
    for (const path of ['/v0.1/servers', '/v0/servers', '/repo.git/info/refs', '/registry.json']) {
      upstream.on(path, answer ?? replies(404));
    }
    const { timeoutMs, maxSize } = limits;

    const failure: unknown = await ROUNDS[kind]({
      url: url?.() ?? upstream.url(''),
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(maxSize !== undefined && { maxSize }),
    }).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(DomainError);
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe('what only git says', () => {
  let server: GitServer;

  beforeAll(async () => {
    server = await bench.startServer();
    server.repository.commit({
      'registry.json': registryFileOf(...Array.from({ length: 300 }, (_, n) => `a/${n * n}`)),
    });
  });

  afterEach(() => {
    server.mischief.truncate = undefined;
  });

  it.each([
    ['a wrong branch', { branch: 'mian' }, 'ref-not-found', /no branch "mian"; it has main/],
    ['a missing path', { path: 'no.json' }, 'path-not-found', /git\.path "no\.json": check the spelling/],
    ['too much', { maxSize: 1024 }, 'limit-exceeded', /more than git\.maxSize \(1KiB\)/],
  ])('about %s', async (_what, settings, code, message) => {
    await expect(bench.fetch({ repository: server.url, ...settings })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('about a truncated pack', async () => {
    server.mischief.truncate = { bytes: 1_500, how: 'end' };

    await expect(bench.fetch({ repository: server.url })).rejects.toMatchObject({
      code: 'upstream-truncated',
      message: expect.stringMatching(/only a part of the repository; the next round tries again/),
    });
  });
});

it('a path that is not there is named, and how it is meant', async () => {
  const source = fileSource({ path: 'no/such/file.json' });

  await expect(new FileProvider().fetch(source, { signal })).rejects.toMatchObject({
    code: 'source-unavailable',
    message: expect.stringMatching(/does not exist; a relative path starts at the working directory/),
  });
});

async function readAll(fetched: Fetched): Promise<void> {
  if (fetched.changed === false) return;
  for await (const { text } of fetched.files) readRegistry(text, {});
}

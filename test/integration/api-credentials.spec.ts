import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiSettings } from '../../src/config/registry-config.js';
import { useApiBench } from '../support/api-sources.js';
import { failing, guarded, reply, UpstreamRegistry } from '../support/upstream-registry.js';

const bench = useApiBench();

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'api-credentials-'));
});

afterEach(() => rm(directory, { recursive: true }));

async function secret(name: string, content: string): Promise<string> {
  await writeFile(join(directory, name), content);
  return join(directory, name);
}

describe('credentials', () => {
  it('are a token from a file, read again when it changes', async () => {
    let token = 'first';
    bench.upstream.faults = [guarded(() => token)];
    const settings = { auth: { tokenFile: await secret('token', 'first\n') } };
    expect(await bench.read({ settings })).toMatchObject({ count: 250 });

    token = 'second';
    await expect(bench.read({ settings })).rejects.toMatchObject({
      code: 'upstream-unauthorized',
      message: expect.not.stringContaining('first'),
    });
    await secret('token', 'second');
    expect(await bench.read({ settings })).toMatchObject({ count: 250 });
  });

  it('are named in no message when they cannot be sent', async () => {
    const settings = { auth: { tokenFile: await secret('token', 'two\nlines-s3cret') } };
    await expect(bench.read({ settings })).rejects.toMatchObject({
      code: 'invalid-configuration',
      message: expect.not.stringContaining('s3cret'),
    });

    await expect(bench.read({ settings: { headers: { 'x-key': 's3cret\n' } } })).rejects.toMatchObject({
      code: 'invalid-configuration',
      message: expect.stringMatching(/x-key(?!.*s3cret)/),
    });
  });

  it('may be further headers', async () => {
    await bench.read({ settings: { headers: { 'X-Key': 's3cret', Accept: 'text/json' } } });

    expect(bench.upstream.asked[0]?.headers).toMatchObject({ 'x-key': 's3cret', accept: 'text/json' });
  });

  describe('of a client', () => {
    let issuer: UpstreamRegistry;
    let current: string;
    let lifetime: number | undefined;

    beforeEach(async () => {
      issuer = await UpstreamRegistry.open();
      lifetime = 3600;
      current = '';
      issuer.faults = [
        (_asked, response) => {
          current = `token-${issuer.asked.length}`;
          reply(response, 200, { access_token: current, token_type: 'Bearer', expires_in: lifetime });
          return true;
        },
      ];
      bench.upstream.faults = [guarded(() => current)];
    });

    afterEach(() => issuer.close());

    async function settings(): Promise<Partial<ApiSettings>> {
      const clientSecretFile = await secret('client-secret', 'p+ss wörd:&');
      const tokenUrl = `${issuer.url}/token`;
      return {
        auth: { clientCredentials: { tokenUrl, clientId: 'me:1', clientSecretFile, scopes: ['a', 'b'] } },
      };
    }

    it('get a token once, for many rounds', async () => {
      await bench.read({ settings: await settings() });
      await bench.read({ settings: await settings() });

      expect(issuer.asked).toHaveLength(1);
      const { headers, method, body } = issuer.asked[0] ?? { headers: {} };
      expect([method, body]).toEqual(['POST', 'grant_type=client_credentials&scope=a+b']);
      const basic = Buffer.from(headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString();
      expect(basic.split(':').map((part) => new URLSearchParams(`v=${part}`).get('v'))).toEqual([
        'me:1',
        'p+ss wörd:&',
      ]);
    });

    it('get another when the token is refused in the middle', async () => {
      const revoked = ({ isPage, cursor }: { isPage: boolean; cursor: string | null }) => {
        if (isPage && cursor !== null && current === 'token-1') current = 'revoked';
        return false;
      };
      bench.upstream.faults = [revoked, ...bench.upstream.faults];

      expect(await bench.read({ settings: await settings() })).toMatchObject({ count: 250 });

      expect(issuer.asked).toHaveLength(2);
    });

    it('get another shortly before its end', async () => {
      lifetime = 0.02;
      await bench.read({ settings: await settings() });
      await new Promise((resolve) => setTimeout(resolve, 20));
      await bench.read({ settings: await settings() });

      expect(issuer.asked.length).toBeGreaterThan(1);
    });

    it('send the secret in the form to an issuer that wants it there', async () => {
      const grant = issuer.faults;
      issuer.faults = [failing({ times: 1, status: 401 }), ...grant];

      expect(await bench.read({ settings: await settings() })).toMatchObject({ count: 250 });

      expect(new URLSearchParams(issuer.asked[1]?.body).get('client_secret')).toBe('p+ss wörd:&');
      expect(issuer.asked[1]?.headers.authorization).toBeUndefined();
    });

    it.each([
      ['401', () => failing({ status: 401, body: '{"error_description":"p+ss"}' }), 'upstream-unauthorized'],
      ['no JSON', () => failing({ status: 200, body: 'p+ss' }), 'upstream-failed'],
      [
        'another type',
        () => failing({ status: 200, body: '{"access_token":"p+ss","token_type":"mac"}' }),
        'upstream-failed',
      ],
    ])('fail with %s, naming the endpoint and no secret', async (_what, fault, code) => {
      issuer.faults = [fault()];

      await expect(bench.read({ settings: await settings() })).rejects.toMatchObject({
        code,
        message: expect.stringMatching(/token endpoint http:\S+\/token(?!.*p\+ss)/),
      });
      expect(bench.upstream.asked).toHaveLength(0);
    });
  });
});

import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GitSettings } from '../../src/config/registry-config.js';
import { GitBench } from '../support/git-bench.js';
import { BareRepository } from '../support/git-repository.js';
import { hasSshServer, SshServer } from '../support/ssh-server.js';

describe.skipIf(!hasSshServer)(
  'a repository behind a real ssh server (skipped without /usr/sbin/sshd)',
  () => {
    let server: SshServer;
    let bench: GitBench;
    let repository: BareRepository;

    beforeAll(async () => {
      server = await SshServer.start();
    });

    afterAll(() => server.close());

    beforeEach(async () => {
      bench = await GitBench.open();
      repository = new BareRepository(join(bench.directory, 'repo.git'));
      repository.commit({ 'registry.json': '{}' });
    });

    afterEach(() => bench.close());

    async function fetchWith(auth: { readonly key: 'user' | 'stranger'; readonly hosts: string }) {
      const knownHostsFile = await bench.file('known_hosts', auth.hosts);
      const settings: Partial<GitSettings> = {
        auth: { sshKeyFile: server.keyFile(auth.key), knownHostsFile },
      };
      return bench.fetch({ repository: server.url(repository.directory), ...settings });
    }

    it('is read with a key and a known host', async () => {
      expect(await fetchWith({ key: 'user', hosts: server.knownHosts() })).toMatchObject({
        changed: true,
        files: [{ origin: 'registry.json', text: '{}' }],
      });
    });

    it.each([
      ['another key', () => server.knownHosts('stranger'), /another host key than .*knownHostsFile/],
      ['no key', () => '# nobody\n', /host key that is not known: add it to .*knownHostsFile/],
    ])('is not read where the file of known hosts has %s for it', async (_what, hosts, message) => {
      await expect(fetchWith({ key: 'user', hosts: hosts() })).rejects.toMatchObject({
        code: 'upstream-untrusted',
        message: expect.stringMatching(message),
      });
    });

    it('is not read with the key of somebody else', async () => {
      await expect(fetchWith({ key: 'stranger', hosts: server.knownHosts() })).rejects.toMatchObject({
        code: 'upstream-unauthorized',
        message: expect.stringContaining('git.auth'),
      });
    });
  },
);

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitProvider } from '../../src/sources/git/git.provider.js';
import { GitServer } from '../support/git-server.js';
import { gitSource } from '../support/git-source.js';
import { describeSourceProvider } from './source-provider.contract.js';

describeSourceProvider('git', async () => {
  const server = await GitServer.start();
  const usual = tmpdir();
  const directory = await mkdtemp(join(usual, 'git-provider-'));
  process.env['TMPDIR'] = directory;
  return {
    provider: new GitProvider(),
    source: (maxSize) =>
      gitSource({ repository: server.url, branch: 'main', ...(maxSize !== undefined && { maxSize }) }),
    publish: async (content) => {
      server.repository.commit({ 'registry.json': content });
    },
    remove: () => rm(server.repository.directory, { recursive: true }),
    files: () => readdir(directory),
    close: async () => {
      process.env['TMPDIR'] = usual;
      await rm(directory, { recursive: true });
      await server.close();
    },
  };
});

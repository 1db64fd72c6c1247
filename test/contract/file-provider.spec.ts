import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileProvider } from '../../src/sources/file/file.provider.js';
import { fileSource } from '../support/documents.js';
import { describeSourceProvider } from './source-provider.contract.js';

describeSourceProvider('file', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'file-provider-'));
  const path = join(directory, 'registry.json');
  return {
    provider: new FileProvider(),
    source: (maxSize) => fileSource({ path }, maxSize === undefined ? {} : { maxSize }),
    publish: (content) => writeFile(path, content),
    publishZeros: (bytes) => writeFile(path, '').then(() => truncate(path, bytes)),
    remove: () => rm(path),
    files: () => readdir(directory),
    close: () => rm(directory, { recursive: true }),
  };
});

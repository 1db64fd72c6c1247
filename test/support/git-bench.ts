import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GitSettings } from '../../src/config/registry-config.js';
import { GitProvider } from '../../src/sources/git/git.provider.js';
import type { FetchContext, FetchedFiles, FetchedNothing } from '../../src/sources/source-provider.js';
import { GitServer, type GitServerOptions } from './git-server.js';
import { gitSource } from './git-source.js';

const USUAL = { TMPDIR: tmpdir(), PATH: process.env['PATH'] };

/** Servers, secrets and a directory for temporary files of one test of git sources. */
export class GitBench {
  private readonly servers: GitServer[] = [];

  private constructor(
    /** For files of the test itself. */
    readonly directory: string,
    private readonly scratch: string,
  ) {}

  static async open(): Promise<GitBench> {
    const directory = await mkdtemp(join(USUAL.TMPDIR, 'git-bench-'));
    const scratch = await mkdtemp(join(USUAL.TMPDIR, 'git-scratch-'));
    process.env['TMPDIR'] = scratch;
    return new GitBench(directory, scratch);
  }

  async startServer(options: GitServerOptions = {}): Promise<GitServer> {
    process.env['TMPDIR'] = USUAL.TMPDIR;
    const server = await GitServer.start(options);
    process.env['TMPDIR'] = this.scratch;
    this.servers.push(server);
    return server;
  }

  /** One round of a new provider. */
  fetch(
    git: Partial<GitSettings> & { readonly repository: string },
    context: Partial<FetchContext> = {},
  ): Promise<FetchedNothing | FetchedFiles> {
    const signal = new AbortController().signal;
    return new GitProvider().fetch(gitSource(git), { signal, ...context });
  }

  /** Writes a file and returns its path. */
  async file(name: string, content: string, mode = 0o644): Promise<string> {
    const path = join(this.directory, name);
    await writeFile(path, content, { mode });
    return path;
  }

  /** Makes programs in `directory` go before those of the machine, or be the only ones. */
  usePrograms(how: 'first' | 'only'): void {
    process.env['PATH'] = how === 'only' ? this.directory : `${this.directory}:${USUAL.PATH}`;
  }

  /** Removes everything. @throws Error when a fetch has left a temporary file behind */
  async close(): Promise<void> {
    Object.assign(process.env, USUAL);
    await Promise.all(this.servers.map((server) => server.close()));
    const left = await readdir(this.scratch);
    await rm(this.scratch, { recursive: true });
    await rm(this.directory, { recursive: true });
    if (left.length > 0) throw new Error(`Left behind: ${left.join(', ')}`);
  }
}

/** The header of HTTP basic authentication. */
export function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

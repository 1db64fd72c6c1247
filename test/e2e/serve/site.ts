import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { request, type IncomingMessage, type RequestOptions } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, vi } from 'vitest';
import { registryFile, serverJson } from '../../support/documents.js';

/** A directory with a configuration of one file source that is read every second, and its store. */
export interface Site {
  readonly directory: string;
  /** Arguments of `serve` for this configuration. */
  readonly args: readonly string[];
  /** Replaces the source's file at once, so that no reader sees half of it. */
  write(content: string): Promise<void>;
  /** The same with the latest state: every server of it says its number. */
  writeState(state: number): Promise<void>;
  remove(): Promise<void>;
}

/** Servers of each state. */
export const STATE_SIZE = 50;

export async function makeSite(changes: { readonly baseDir?: string } = {}): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), 'serve-'));
  const path = join(directory, 'registry.json');
  const config = join(directory, 'config.yaml');
  const settings = {
    sources: [
      {
        name: 'one',
        file: { path },
        syncPolicy: { interval: '1s', retry: { initialDelay: '100ms', maxDelay: '1s' } },
      },
    ],
    registries: [{ name: 'default', sources: ['one'] }],
    fileStorage: { baseDir: join(directory, changes.baseDir ?? 'data') },
  };
  await writeFile(config, JSON.stringify(settings));
  const write = async (content: string) => {
    await writeFile(`${path}.new`, content);
    await rename(`${path}.new`, path);
  };
  return {
    directory,
    args: ['--config', config],
    write,
    writeState: (state) => {
      const names = Array.from({ length: STATE_SIZE }, (_, index) => `state/${index}`);
      return write(registryFile(names.map((name) => serverJson(name, '1.0.0', { title: `state ${state}` }))));
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** A response with its whole body. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** One request, on a connection of its own unless there is an agent. Fails when the response is cut. */
export function ask(options: RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(options, (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      );
    });
    asked.once('error', (error) => reject(Object.assign(error, { onReusedConnection: asked.reusedSocket })));
    asked.end();
  });
}

/** The titles of everything that a server lists. */
export async function listedTitles(url: string): Promise<string[]> {
  const response = await fetch(`${url}/v0.1/servers?limit=1000`);
  if (!response.ok) throw new Error(`The list was answered with ${response.status}`);
  const { servers } = (await response.json()) as { servers: { server: { title: string } }[] };
  return servers.map(({ server }) => server.title);
}

/** The names of everything that a server lists. */
export async function listedNames(url: string): Promise<string[]> {
  const response = await fetch(`${url}/v0.1/servers?limit=1000`);
  if (!response.ok) throw new Error(`The list was answered with ${response.status}`);
  const { servers } = (await response.json()) as { servers: { server: { name: string } }[] };
  return servers.map(({ server }) => server.name);
}

/** Waits until a server with an empty store has read its source. */
export async function untilReady(url: string): Promise<void> {
  await vi.waitFor(async () => expect((await fetch(`${url}/readiness`)).status).toBe(200), {
    timeout: 20_000,
  });
}

/** What a program said besides its log, which goes to standard error too as a JSON object on each line. */
export function withoutLog(stderr: string): string {
  return stderr.replace(/^\{.*\}\n/gm, '');
}

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const SSHD = '/usr/sbin/sshd';
/** Where sshd locks its helpers up: a place that is compiled into it. */
const EMPTY_DIRECTORY = '/run/sshd';
const START_MS = 10_000;

/** True where the tests can start an ssh server of their own. */
export const hasSshServer = existsSync(SSHD) && process.getuid?.() === 0;

/** OpenSSH's server on a free port of 127.0.0.1, with a host key of its own and one user, who has one key. */
export class SshServer {
  private output = '';

  private constructor(
    private readonly directory: string,
    private readonly child: ChildProcess,
    readonly port: number,
  ) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
  }

  static async start(): Promise<SshServer> {
    mkdirSync(EMPTY_DIRECTORY, { recursive: true, mode: 0o755 });
    const directory = mkdtempSync(join(tmpdir(), 'ssh-server-'));
    for (const name of ['host', 'user', 'stranger']) makeKey(join(directory, name));
    writeFileSync(join(directory, 'authorized'), readFileSync(join(directory, 'user.pub')));
    const port = await freePort();
    const settings = [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(directory, 'host')}`,
      `AuthorizedKeysFile ${join(directory, 'authorized')}`,
      `PidFile none`,
      'AuthenticationMethods publickey',
      'PermitRootLogin yes',
      'StrictModes no',
      'UsePAM no',
    ];
    writeFileSync(join(directory, 'sshd_config'), `${settings.join('\n')}\n`);
    const arguments_ = ['-D', '-e', '-f', join(directory, 'sshd_config')];
    const child = spawn(SSHD, arguments_, { stdio: ['ignore', 'ignore', 'pipe'] });
    const server = new SshServer(directory, child, port);
    await server.listening();
    return server;
  }

  /** The private key of the user, or of somebody whom the server does not know. */
  keyFile(whose: 'user' | 'stranger'): string {
    return join(this.directory, whose);
  }

  /** What a file of known hosts says about this server, or about another one at its address. */
  knownHosts(whose: 'host' | 'stranger' = 'host'): string {
    const [type, key] = readFileSync(join(this.directory, `${whose}.pub`), 'utf8').split(' ');
    return `[127.0.0.1]:${this.port} ${type} ${key}\n`;
  }

  /** The address of a repository on this machine. */
  url(directory: string): string {
    return `ssh://${userInfo().username}@127.0.0.1:${this.port}${directory}`;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill();
    if (this.child.exitCode === null) await ended;
    rmSync(this.directory, { recursive: true });
  }

  private async listening(): Promise<void> {
    const deadline = Date.now() + START_MS;
    while (!(await accepts(this.port))) {
      if (this.child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`sshd has not started: ${this.output}`);
      }
      await wait(20);
    }
  }
}

function makeKey(path: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
  });
}

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** The server also prints where its internal listener is. */
const ADDRESS = /Listening on ([^\s"]+)["\s]/;
const ADDRESS_FLAGS = ['--address', '--host', '--port', '--socket'];

/** How the program is started. */
export interface ProgramOptions {
  /** Added to a nearly empty environment, so that no variable of the machine configures the program. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds until the program must have ended, or have printed its address: 60,000 unless told otherwise. */
  readonly timeoutMs?: number;
}

/** What a program that ended has left. */
export interface ProgramResult {
  /** Exit code; `null` when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A server that runs until it is stopped, or the spec file ends. */
export interface RunningProgram {
  /** The address of its public listener as it printed it, without a slash at its end. */
  readonly url: string;
  readonly pid: number;
  /** What it has printed so far. */
  stdout(): string;
  stderr(): string;
  /** Sends a signal (SIGTERM) and waits for the end; the exit code, or `null` when the signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

const running = new Set<Child>();

afterAll(async () => {
  await Promise.all([...running].map((child) => child.end('SIGKILL')));
});

/** Runs the built program to its end. */
export async function runProgram(
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const child = new Child(args, options);
  const code = await within(options, child.ended, () => child.complaint('has not ended'));
  return { code, stdout: child.stdout, stderr: child.stderr };
}

/**
 * Starts `serve` of the built program with further arguments and waits for the address it prints. Unless they say
 * where to listen, it takes a free port of 127.0.0.1 and has no internal listener.
 */
export async function startServer(
  args: readonly string[] = [],
  options: ProgramOptions = {},
): Promise<RunningProgram> {
  const isPlaced = args.some((arg) => ADDRESS_FLAGS.includes(arg.split('=', 1)[0] ?? ''));
  const place = isPlaced ? [] : ['--host', '127.0.0.1', '--port', '0'];
  const child = new Child(['serve', ...place, ...args], options);
  const url = await within(options, child.address(), () => child.complaint('has printed no address'));
  return {
    url,
    pid: child.pid,
    stdout: () => child.stdout,
    stderr: () => child.stderr,
    stop: (signal = 'SIGTERM') => child.end(signal),
  };
}

class Child {
  stdout = '';
  stderr = '';
  /** The exit code once it ended and all its output is here. */
  readonly ended: Promise<number | null>;
  private readonly process: ChildProcessWithoutNullStreams;

  constructor(
    private readonly args: readonly string[],
    { env = {}, cwd }: ProgramOptions,
  ) {
    if (!existsSync(PROGRAM)) throw new Error('The program is not built: run `npm run build`');
    const { PATH = '', HOME = '' } = process.env;
    this.process = spawn(process.execPath, [PROGRAM, ...args], { env: { PATH, HOME, ...env }, cwd });
    this.process.stdin.end();
    this.process.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.process.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    running.add(this);
    this.ended = new Promise((resolve, reject) => {
      this.process.once('error', reject);
      this.process.once('close', (code) => {
        running.delete(this);
        resolve(code);
      });
    });
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** The address in its output. Fails when it ends before. */
  async address(): Promise<string> {
    const printed = new Promise<string>((resolve) => {
      const look = (): void => {
        const address = (ADDRESS.exec(this.stderr) ?? ADDRESS.exec(this.stdout))?.[1];
        if (address !== undefined) resolve(address);
      };
      this.process.stdout.on('data', look);
      this.process.stderr.on('data', look);
    });
    const ended = this.ended.then((code) => Promise.reject(this.complaint(`ended with ${code}`)));
    return Promise.race([printed, ended]);
  }

  end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) process.kill(this.pid, signal);
    return this.ended;
  }

  complaint(fate: string): Error {
    return new Error(`thv-registry-api ${this.args.join(' ')} ${fate}.\n${this.stdout}${this.stderr}`);
  }
}

/** Waits for the promise, or fails with a complaint when the time is over. */
async function within<T>(
  { timeoutMs = 60_000 }: ProgramOptions,
  promise: Promise<T>,
  complain: () => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(complain()), timeoutMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

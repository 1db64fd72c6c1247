import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { destination } from 'pino';
import { DomainError } from '../common/domain-error.js';
import type { AuditEvent } from './audit-event.js';

/** What waits for a slow disk or reader, in bytes; events beyond are lost, and counted. */
const MAX_QUEUED = 4 * 1024 * 1024;
/** Written at once, in bytes: what a pipe takes as a whole, so that lines of several workers never mix. */
const MAX_WRITE = 4096;
/** Between two looks whether the file is still the one that was opened, in milliseconds. */
const LOOK_EVERY = 1_000;
/** Longest wait for the last lines when the program ends, in milliseconds. */
const CLOSE_LIMIT = 3_000;
const STDOUT = 1;
/** Without waiting: a FIFO that nobody reads would hold the start for ever. */
const APPEND = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Appends audit events to standard output or to a file, one JSON line each, without ever making a caller wait. A file
 * that was renamed or removed is opened again within a second, or at once with `reopen`.
 */
export class AuditWriter {
  private readonly logger = new Logger('Audit');
  private readonly stream: ReturnType<typeof destination>;
  private readonly looking: NodeJS.Timeout;
  private inode: number | undefined;
  private lost = 0;
  private failure: string | undefined;
  private reported: string | undefined;

  /** @throws DomainError `invalid-configuration` when the file cannot be written */
  constructor(private readonly file: string | undefined) {
    if (file !== undefined) tryAppending(file);
    this.stream = destination({
      dest: file ?? STDOUT,
      append: true,
      sync: false,
      maxLength: MAX_QUEUED,
      maxWrite: MAX_WRITE,
      mode: 0o600,
    });
    this.stream.on('drop', () => (this.lost += 1));
    this.stream.on('error', (error: Error) => (this.failure = error.message));
    this.stream.on('ready', () => this.opened());
    this.looking = setInterval(() => void this.look(), LOOK_EVERY).unref();
  }

  /** Takes an event; the line is written a little later. */
  write(event: AuditEvent): void {
    this.stream.write(`${JSON.stringify(event)}\n`);
  }

  /** Opens the file anew: somebody has moved it away. */
  reopen(): void {
    if (this.file !== undefined) this.stream.reopen();
  }

  /** Writes what is left, as far as that takes no longer than a few seconds. */
  async close(): Promise<void> {
    clearInterval(this.looking);
    const closed = new Promise((resolve) => this.stream.once('close', resolve));
    this.stream.end();
    await Promise.race([closed, wait(CLOSE_LIMIT, undefined, { ref: false })]);
    this.report();
  }

  private opened(): void {
    this.failure = undefined;
    const { fd } = this.stream as unknown as { readonly fd: number };
    if (this.file !== undefined) this.inode = fstatSync(fd).ino;
  }

  private async look(): Promise<void> {
    this.report();
    if (this.file === undefined || this.inode === undefined) return;
    const inode = await stat(this.file).then(
      ({ ino }) => ino,
      () => undefined,
    );
    if (inode !== this.inode) this.reopen();
  }

  /** In the program's log, once for each kind of trouble and each second of losses. */
  private report(): void {
    if (this.failure !== this.reported && this.failure !== undefined) {
      this.logger.error(`The audit log cannot be written: ${this.failure}`);
    }
    this.reported = this.failure;
    if (this.lost === 0) return;
    this.logger.error(`The audit log cannot keep up: ${this.lost} events were lost`);
    this.lost = 0;
  }
}

function tryAppending(file: string): void {
  try {
    closeSync(openSync(file, APPEND, 0o600));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new DomainError(
      'invalid-configuration',
      `audit.logFile: ${file} cannot be written: ${code ?? message}`,
      {
        cause: error,
      },
    );
  }
}

import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  read,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEvent } from './audit-event.js';
import { AuditWriter } from './audit-writer.js';

let directory: string;
let file: string;
let writer: AuditWriter | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'audit-'));
  file = join(directory, 'audit.log');
});

afterEach(async () => {
  await writer?.close();
  writer = undefined;
  rmSync(directory, { recursive: true, force: true });
});

const event = (id: string, data?: string): AuditEvent => ({
  time: '2026-01-01T00:00:00.000Z',
  level: 'AUDIT',
  msg: 'audit_event',
  audit_id: id,
  type: 'server.list',
  logged_at: '2026-01-01T00:00:00.000Z',
  outcome: 'success',
  component: 'toolhive-registry-api',
  source: { type: 'network', value: '127.0.0.1:1', extra: {} },
  subjects: { identity: 'anonymous' },
  target: { method: 'GET', path: '/v0.1/servers' },
  metadata: { extra: { duration_ms: 1, response_bytes: 1, request_id: id, status: 200 } },
  ...(data !== undefined && { data }),
});

function idsIn(path: string): string[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => (JSON.parse(line) as AuditEvent).audit_id);
  } catch {
    return [];
  }
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error('It has not become so in time');
    await wait(10);
  }
}

describe('the file of the audit log', () => {
  it('is for its owner alone, and events are appended to what it holds', async () => {
    writer = new AuditWriter(file);
    writer.write(event('a'));
    await writer.close();
    writer = new AuditWriter(file);
    writer.write(event('b'));
    await writer.close();
    writer = undefined;

    expect(idsIn(file)).toEqual(['a', 'b']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is opened again when it was renamed or removed', async () => {
    const log = (writer = new AuditWriter(file));
    log.write(event('a'));
    await until(() => idsIn(file).length === 1);
    renameSync(file, `${file}.1`);
    await until(() => statSync(file, { throwIfNoEntry: false }) !== undefined);
    log.write(event('b'));
    await until(() => idsIn(file).length === 1);
    rmSync(file);
    await until(() => statSync(file, { throwIfNoEntry: false }) !== undefined);
    log.write(event('c'));
    await until(() => idsIn(file).length === 1);

    expect([idsIn(`${file}.1`), idsIn(file)]).toEqual([['a'], ['c']]);
  });

  it('is named in one line when it cannot be written', () => {
    expect(() => new AuditWriter(join(directory, 'none', 'audit.log'))).toThrow(/audit\.logFile: .*ENOENT/);
  });
});

describe('a reader that has stopped reading', () => {
  it.skipIf(process.platform === 'win32')('costs events and nothing else', async () => {
    execFileSync('mkfifo', [file]);
    const end = openSync(file, constants.O_RDWR | constants.O_NONBLOCK);
    const log = (writer = new AuditWriter(file));
    const large = 'x'.repeat(10_000);
    for (let id = 0; id < 1_000; id += 1) log.write(event(String(id), large));
    const buffer = Buffer.alloc(1024 * 1024);
    let text = '';
    const readSome = promisify(read);
    const whole = () => text.split('\n').slice(0, -1);
    while (whole().length < 350) {
      const { bytesRead } = await readSome(end, buffer, 0, buffer.length, null).catch(() => ({
        bytesRead: 0,
      }));
      text += buffer.toString('latin1', 0, bytesRead);
      if (bytesRead === 0) await wait(5);
    }
    await writer.close();
    writer = undefined;
    closeSync(end);
    const ids = whole().map((line) => Number((JSON.parse(line) as AuditEvent).audit_id));

    // Four mebibytes of them waited; the rest was lost, and none of those kept is out of order or cut.
    expect(ids).toEqual(ids.map((_id, index) => index));
    expect(ids.length).toBeLessThan(450);
  });
});

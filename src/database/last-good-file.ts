import { createHash, randomUUID, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { ENTRY_KINDS, ENTRY_STATUSES } from '../model/entry.js';
import type { StoredVersion } from './stores/entry.store.js';

/** First line: what the file is, and the version of everything below it. */
const HEADER = '{"format":"thv-registry-api last good catalogue","version":1}\n';
/** Last line: where the trailer begins, and the SHA-256 of all before this line. */
const FOOTER = /^(\d{16}) ([0-9a-f]{64})\n$/;
const FOOTER_BYTES = 82;
/** Longest trailer that is read, in bytes. */
const MAX_TRAILER = 16 * 1024 * 1024;
/** Text that is gathered before it is written, in characters: little enough that nobody waits for it. */
const CHUNK = 256 * 1024;
/** Rows read from the file that are handed on together. */
const BATCH = 200;

const date = z.iso.datetime().transform((text) => new Date(text));

const trailerSchema = z.object({
  /** Host, port and name of the database, as configured. */
  place: z.string(),
  databaseId: z.string(),
  revision: z.number(),
  committedAt: date,
  sources: z.array(
    z.object({
      name: z.string(),
      incarnation: z.string(),
      revision: z.number(),
      lastSyncTime: date.nullable(),
    }),
  ),
});

const texts = z.array(z.string());
const rowSchema: z.ZodType<StoredVersion> = z.object({
  id: z.string(),
  source: z.string(),
  kind: z.enum(ENTRY_KINDS),
  name: z.string(),
  claims: z.string().nullable(),
  version: z.string(),
  document: z.string(),
  original: z.string().nullable(),
  envelopeMeta: z.string().nullable(),
  status: z.enum(ENTRY_STATUSES),
  statusMessage: z.string().nullable(),
  statusChangedAt: date,
  publishedAt: date,
  updatedAt: date,
  isLatest: z.boolean(),
  isDropped: z.boolean(),
  revision: z.number(),
  title: z.string().nullable(),
  description: z.string(),
  tags: texts,
  tools: texts,
  registryTypes: texts,
  transports: texts,
});

/** What a copy says about itself besides its rows. */
export type CopyTrailer = z.output<typeof trailerSchema>;

/** A copy that was found whole. */
export interface OpenedCopy extends CopyTrailer {
  /** When the database was last seen to hold just this. */
  readonly currentAt: Date;
  /** A version that is there twice counts as the later one. */
  rows(): AsyncGenerator<readonly StoredVersion[]>;
}

/**
 * Writes a copy, readable by the owner alone, beside the old one and then in its place. `trailer` is asked for when
 * all rows are written; undefined gives the new copy up.
 */
export async function writeCopy(
  path: string,
  rows: AsyncIterable<readonly StoredVersion[]>,
  trailer: () => Promise<CopyTrailer | undefined>,
): Promise<boolean> {
  const unfinished = `${path}.${randomUUID()}.new`;
  try {
    const file = await open(unfinished, 'wx', 0o600);
    try {
      const content = await writeContent(new HashedFile(file), rows, trailer);
      if (!content) return false;
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    return true;
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function writeContent(
  file: HashedFile,
  rows: AsyncIterable<readonly StoredVersion[]>,
  trailer: () => Promise<CopyTrailer | undefined>,
): Promise<boolean> {
  let text = HEADER;
  for await (const batch of rows) {
    for (const row of batch) {
      text += `${JSON.stringify(row)}\n`;
      if (text.length < CHUNK) continue;
      await file.write(text);
      text = '';
    }
  }
  await file.write(text);
  const start = file.bytes;
  const said = await trailer();
  if (said === undefined) return false;
  await file.write(`${JSON.stringify(said)}\n`);
  await file.write(`${String(start).padStart(16, '0')} ${file.digest()}\n`);
  return true;
}

/** A file that knows how long it is and what was written to it. */
class HashedFile {
  private readonly hash: Hash = createHash('sha256');
  bytes = 0;

  constructor(private readonly file: FileHandle) {}

  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    this.hash.update(bytes);
    this.bytes += bytes.length;
    await this.file.appendFile(bytes);
  }

  digest(): string {
    return this.hash.copy().digest('hex');
  }
}

/**
 * Opens a copy after reading it once to see that it is whole. Undefined when there is none.
 * @throws Error when it is damaged or of another version
 */
export async function openCopy(path: string): Promise<OpenedCopy | undefined> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const { size, mtime } = await file.stat();
    if (size < HEADER.length + FOOTER_BYTES) throw new Error('it is too short');
    if ((await readText(file, 0, HEADER.length)) !== HEADER) throw new Error('it has another format');
    const end = size - FOOTER_BYTES;
    const [, start = '', checksum] = FOOTER.exec(await readText(file, end, FOOTER_BYTES)) ?? [];
    if (checksum === undefined || checksum !== (await checksumOf(path, end)))
      throw new Error('it is damaged');
    const rowsEnd = Number(start);
    if (end - rowsEnd > MAX_TRAILER) throw new Error('it is too large');
    const trailer = trailerSchema.parse(JSON.parse(await readText(file, rowsEnd, end - rowsEnd)));
    return { ...trailer, currentAt: mtime, rows: () => readRows(path, rowsEnd) };
  } finally {
    await file.close();
  }
}

async function* readRows(path: string, end: number): AsyncGenerator<readonly StoredVersion[]> {
  let batch: StoredVersion[] = [];
  for await (const line of readLines(path, HEADER.length, end)) {
    batch.push(rowSchema.parse(JSON.parse(line)));
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

/** Lines end with a line feed and with nothing else that some call the end of a line. */
async function* readLines(path: string, start: number, end: number): AsyncGenerator<string> {
  if (end <= start) return;
  let begun: Buffer[] = [];
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { start, end: end - 1, highWaterMark: CHUNK });
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      yield Buffer.concat([...begun, chunk.subarray(from, at)]).toString();
      begun = [];
      from = at + 1;
    }
    begun.push(chunk.subarray(from));
  }
}

async function readText(file: FileHandle, position: number, length: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.toString('utf8', 0, bytesRead);
}

async function checksumOf(path: string, end: number): Promise<string> {
  const hash = createHash('sha256');
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { end: end - 1, highWaterMark: CHUNK });
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

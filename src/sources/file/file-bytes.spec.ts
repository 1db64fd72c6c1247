import { createHash } from 'node:crypto';
import { setImmediate as afterOthers } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { hashOf, textOf } from './file-bytes.js';

/** Longer than a piece, with characters of two, three and four bytes on every edge. */
const TEXT = `\uFEFF${'é€😀x'.repeat(200_000)}`;

describe('the bytes of a large file', () => {
  it('are hashed and decoded as one, piece by piece', async () => {
    const bytes = Buffer.from(TEXT);

    expect(await textOf(bytes)).toBe(TEXT);
    expect(await hashOf(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('let others have their turn', async () => {
    let isDone = false;
    const hashing = hashOf(Buffer.alloc(64 * 1024 * 1024)).then(() => (isDone = true));
    for (let turn = 0; turn < 3; turn += 1) await afterOthers();

    expect(isDone).toBe(false);
    await hashing;
  });

  it.each([
    ['cut off at the end', Buffer.from(TEXT).subarray(0, -2)],
    ['with a bad byte in a later piece', Buffer.concat([Buffer.from(TEXT), Buffer.from([0xff])])],
  ])('are no text when they are %s', async (_how, bytes) => {
    await expect(textOf(bytes)).rejects.toThrow(TypeError);
  });
});

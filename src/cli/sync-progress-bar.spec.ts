import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { roundDisplay } from './sync-progress-bar.js';

let written: string;

beforeEach(() => {
  written = '';
  vi.useFakeTimers();
});

afterEach(() => vi.useRealTimers());

function output(isTTY: boolean): NodeJS.WriteStream {
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => (written += chunk.toString()));
  return Object.assign(stream, { isTTY, columns: 80 }) as unknown as NodeJS.WriteStream;
}

describe('how far a round is', () => {
  it('is a line now and then where nobody watches', () => {
    const display = roundDisplay(output(false));

    display.show('one', { phase: 'reading', done: 100 });
    vi.advanceTimersByTime(10_001);
    display.show('one', { phase: 'reading', done: 5000 });
    display.show('one', { phase: 'reading', done: 5100 });
    vi.advanceTimersByTime(10_001);
    display.show('one', { phase: 'writing', done: 500, total: 5200 });

    expect(written).toBe('one: 5000 documents read\none: 500 of 5200 rows written\n');
  });

  it('is a count and then a bar on a terminal, which is gone at the end', () => {
    const display = roundDisplay(output(true));

    display.show('one', { phase: 'reading', done: 100 });
    expect(written).toContain('one: documents read');
    display.show('one', { phase: 'writing', done: 0, total: 5200 });
    vi.advanceTimersByTime(1000);
    display.show('one', { phase: 'writing', done: 2600, total: 5200 });
    vi.advanceTimersByTime(1000);

    expect(written).toContain('one: writing [');
    expect(written).toContain('2600/5200');
    written = '';
    display.end();
    // It shows the cursor, which it hid.
    expect(written).toContain('\u001b[?25h');
    expect(written).not.toContain('writing');
  });
});

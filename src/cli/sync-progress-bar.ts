import { Presets, SingleBar } from 'cli-progress';
import type { RoundProgress } from '../sync/sync.service.js';

/** Shows how far a round is. */
export interface RoundDisplay {
  show(source: string, progress: RoundProgress): void;
  /** The source is done; what is printed next begins a line. */
  end(): void;
}

/** Milliseconds between two plain lines of one source. */
const LINE_INTERVAL_MS = 10_000;
const BAR = '{source}: {phase} [{bar}] {value}/{total}';
const COUNT = '{source}: {phase} {value}';

/** A bar on a terminal; elsewhere a line now and then, so that a log of it stays readable. */
export function roundDisplay(stream: NodeJS.WriteStream): RoundDisplay {
  return stream.isTTY ? new TerminalDisplay(stream) : new LineDisplay(stream);
}

class TerminalDisplay implements RoundDisplay {
  private bar: SingleBar | undefined;
  private phase: RoundProgress['phase'] | undefined;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  show(source: string, { phase, done, total }: RoundProgress): void {
    if (phase !== this.phase) this.begin(source, { phase, done, ...(total !== undefined && { total }) });
    this.bar?.update(done);
  }

  end(): void {
    this.bar?.stop();
    this.bar = undefined;
    this.phase = undefined;
  }

  /** How many documents there are to read shows at their end only, so that phase has no bar. */
  private begin(source: string, { phase, total }: RoundProgress): void {
    this.end();
    this.phase = phase;
    const format = total === undefined ? COUNT : BAR;
    const options = { format, stream: this.stream, clearOnComplete: true, hideCursor: true };
    this.bar = new SingleBar(options, Presets.shades_classic);
    this.bar.start(total ?? 0, 0, { source, phase: phase === 'reading' ? 'documents read' : 'writing' });
  }
}

class LineDisplay implements RoundDisplay {
  private nextAt = Date.now() + LINE_INTERVAL_MS;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  show(source: string, { phase, done, total }: RoundProgress): void {
    const now = Date.now();
    if (now < this.nextAt) return;
    this.nextAt = now + LINE_INTERVAL_MS;
    const what = phase === 'reading' ? `${done} documents read` : `${done} of ${total ?? done} rows written`;
    this.stream.write(`${source}: ${what}\n`);
  }

  end(): void {
    this.nextAt = Date.now() + LINE_INTERVAL_MS;
  }
}

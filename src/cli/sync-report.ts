import type { VersionRef } from '../model/entry.js';
import type { RefusedDocument } from '../model/entry.js';
import type { PreparedRound } from '../sync/round-result.js';
import type { SourceReport } from '../sync-once.js';

/** Lines shown of each kind of difference; the numbers above them are complete. */
const MAX_LINES = 50;

/** How a round went, in plain lines: the numbers, then what was added (+), changed (~), removed (-), refused (!). */
export function syncReportText(report: SourceReport, dryRun: boolean): string {
  if ('error' in report) return `${report.source}: failed: ${messageOf(report.error)}\n`;
  if (report.round === undefined) return `${report.source}: unchanged\n`;
  const { plan } = report.round;
  const numbers =
    `${plan.added} added, ${plan.changed} changed, ${plan.removed} removed, ` +
    `${plan.refused} refused, ${plan.unchanged} unchanged`;
  const lines = [
    `${report.source}: ${numbers}${dryRun ? ' (nothing was written)' : ''}`,
    ...difference(report.round),
  ];
  return `${lines.join('\n')}\n`;
}

function difference({ plan }: PreparedRound): string[] {
  const { added, changed, removed, refused } = plan.samples;
  return [
    ...bounded('+', plan.added, added.map(refText)),
    ...bounded('~', plan.changed, changed.map(refText)),
    ...bounded('-', plan.removed, removed.map(refText)),
    ...bounded('!', plan.refused, refused.map(refusalText)),
  ];
}

function bounded(mark: string, total: number, texts: readonly string[]): string[] {
  const lines = texts.slice(0, MAX_LINES).map((text) => `  ${mark} ${text}`);
  const rest = total - lines.length;
  return rest > 0 ? [...lines, `  ${mark} and ${rest} more`] : lines;
}

function refText({ kind, name, version }: VersionRef): string {
  return `${kind} ${name} ${version}`;
}

function refusalText({ kind, name, version, pointer, problems }: RefusedDocument): string {
  const what = [kind, name, version].filter((part) => part !== undefined).join(' ');
  const reasons = problems.map((problem) => `${problem.pointer} ${problem.reason}`.trim()).join('; ');
  return `${what} at ${pointer === '' ? 'the top' : pointer}: ${reasons}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { describe, expect, it } from 'vitest';
import { countTests, summaryLine, type TestReport } from '../../scripts/test-counts.mjs';

const REPORT: TestReport = {
  numPassedTests: 5,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 1,
  testResults: [{ status: 'passed', assertionResults: [{}] }],
};

describe('countTests', () => {
  it('takes the numbers of the report, with tests to be written as skipped', () => {
    expect(countTests(REPORT, 0)).toEqual({ passed: 5, failed: 0, skipped: 2 });
    expect(countTests({ ...REPORT, numFailedTests: 2 }, 1)).toMatchObject({ failed: 2 });
  });

  it('counts a file that did not load as one failure', () => {
    const testResults = [...REPORT.testResults, { status: 'failed', assertionResults: [] }];

    expect(countTests({ ...REPORT, testResults }, 1)).toEqual({ passed: 5, failed: 1, skipped: 2 });
  });

  it('never takes a run that failed for one that passed', () => {
    expect(countTests(REPORT, 1)).toMatchObject({ failed: 1 });
    expect(countTests(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

describe('summaryLine', () => {
  it('adds everything up and names skipped tests only when there are any', () => {
    const counts = { passed: 2, failed: 1, skipped: 0 };

    expect(summaryLine([])).toBe('0 passed, 0 failed');
    expect(summaryLine([counts, counts])).toBe('4 passed, 2 failed');
    expect(summaryLine([counts, { ...counts, skipped: 3 }])).toBe('4 passed, 2 failed, 3 skipped');
  });
});

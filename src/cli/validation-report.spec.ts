import { describe, expect, it } from 'vitest';
import { reportText, type FileReport } from './validation-report.js';

const FILES: readonly FileReport[] = [
  { file: 'good.json', documents: 2, problems: [] },
  {
    file: 'bad.json',
    documents: 1,
    problems: [
      {
        severity: 'error',
        pointer: '/data/servers/0/name',
        line: 3,
        column: 15,
        message: 'must be a string',
      },
      {
        severity: 'warning',
        pointer: '',
        line: 1,
        column: 1,
        code: 'schema-missing',
        message: 'has no schema',
      },
      { severity: 'info', pointer: '', message: 'is old' },
    ],
  },
];

describe('reportText', () => {
  it('prints a line for each problem, and a summary that leaves notes out', () => {
    expect(reportText(FILES, 'text').split('\n')).toEqual([
      'bad.json:3:15: error: /data/servers/0/name: must be a string',
      'bad.json:1:1: warning: has no schema (schema-missing)',
      'bad.json: info: is old',
      '2 files, 3 documents, 1 errors, 1 warnings',
      '',
    ]);
  });

  it('prints the same as JSON', () => {
    expect(JSON.parse(reportText(FILES, 'json'))).toEqual({ files: FILES, errors: 1, warnings: 1 });
  });

  it('lets no control character of a file reach the terminal', () => {
    const problem = { severity: 'error', pointer: '/\u001b[2J', message: 'a\nb' } as const;

    expect(reportText([{ file: 'x.json', documents: 0, problems: [problem] }], 'text')).toBe(
      'x.json: error: /\uFFFD[2J: a\uFFFDb\n1 files, 0 documents, 1 errors, 0 warnings\n',
    );
  });
});

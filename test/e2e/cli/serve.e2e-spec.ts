import { describe, expect, it } from 'vitest';
import { runProgram, startServer } from '../../support/program.js';

describe('serve', () => {
  it('prints where it listens, is healthy, and ends with 0 when it is told to', async () => {
    const server = await startServer();

    const health = await runProgram(['healthcheck', `${server.url}/health`]);
    const code = await server.stop();

    expect(health.stdout).toMatch(/answered 200/);
    expect(code).toBe(0);
    expect(server.stdout()).toBe('');
  });

  it('writes JSON lines that are all there when the process has ended', async () => {
    const server = await startServer();
    await server.stop('SIGINT');

    const lines = server
      .stderr()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: string; msg: string });

    expect(lines.map(({ level }) => level)).not.toContain('error');
    expect(lines.at(-1)).toMatchObject({ level: 'info', msg: 'Stopped' });
  });

  it('ends with 1 and one line when the configuration is not there', async () => {
    const { code, stderr } = await runProgram(['serve', '--config', 'absent.yaml']);

    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: [^\n]*absent\.yaml[^\n]*\n$/);
  });
});

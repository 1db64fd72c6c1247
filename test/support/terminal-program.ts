import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const SCRIPT = '/usr/bin/script';
const LIMIT_MS = 60_000;

/** False where there is no `script` of util-linux: tests at a terminal skip, by name. */
export const hasTerminal = existsSync(SCRIPT) && process.platform === 'linux';

/** Runs the built program at a terminal, and types `answer` when it shows `question`. All that was shown, and its exit code. */
export async function runAtTerminal(
  args: readonly string[],
  { question, answer }: { readonly question: string; readonly answer: string },
): Promise<{ readonly code: number | null; readonly shown: string }> {
  const quoted = [process.execPath, PROGRAM, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  const { PATH = '', HOME = '' } = process.env;
  const terminal = spawn(SCRIPT, ['-qec', quoted.join(' '), '/dev/null'], {
    env: { PATH, HOME, TERM: 'dumb', SHELL: '/bin/sh' },
  });
  const limit = setTimeout(() => terminal.kill('SIGKILL'), LIMIT_MS);
  let shown = '';
  let isAsked = false;
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    if (isAsked || !shown.includes(question)) return;
    isAsked = true;
    terminal.stdin.write(`${answer}\r`);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    terminal.once('error', reject).once('close', resolve);
  });
  clearTimeout(limit);
  return { code, shown };
}

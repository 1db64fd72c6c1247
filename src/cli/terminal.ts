import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { DomainError } from '../common/domain-error.js';

/** Longest line that is read, in characters: passwords and answers are shorter. */
const MAX_LINE = 4096;

/** Where questions are asked and answers come from. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/** The terminal of this process. Questions go to standard error, as standard output may be a file. */
export const processTerminal: Terminal = { input: process.stdin, output: process.stderr };

/** Asks a question and returns the answer without white space around it. @throws DomainError `aborted` on Ctrl-C */
export async function askLine(question: string, { input, output }: Terminal): Promise<string> {
  return (await readAnswer(question, { input, output })).trim();
}

/** Asks for a secret, which is not shown while it is typed. @throws DomainError `aborted` on Ctrl-C */
export async function askSecret(question: string, { input, output }: Terminal): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    const answer = readAnswer('', { input, output: silent });
    // Only now: what is typed before the terminal is switched would be shown.
    output.write(question);
    return (await answer).trim();
  } finally {
    output.write('\n');
  }
}

/** The first line of what is piped in, without white space around it; empty when there is none. */
export async function readPipedLine(input: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  input.setEncoding('utf8');
  for await (const chunk of input) {
    text += String(chunk);
    if (text.includes('\n') || text.length > MAX_LINE) break;
  }
  return bounded(text.split('\n', 1)[0] ?? '').trim();
}

function readAnswer(question: string, { input, output }: Terminal): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input, output, terminal: input.isTTY === true });
    const stop = () => reject(new DomainError('aborted', 'Given up: nothing was changed'));
    lines.once('SIGINT', () => lines.close()).once('close', stop);
    lines.question(question, (answer) => {
      lines.off('close', stop).close();
      resolve(bounded(answer));
    });
  });
}

function bounded(line: string): string {
  if (line.length <= MAX_LINE) return line;
  throw new DomainError('limit-exceeded', `The line is longer than ${MAX_LINE} characters`);
}

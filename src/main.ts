#!/usr/bin/env node
import { runProgram } from './cli/program.js';

// A reader that went away, as in `… | head`, is no reason to fail.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const exitCode = await runProgram(process.argv.slice(2));
// Ends even when something a failed command opened is still open, but not before its last words are out.
process.stdout.write('', () => process.exit(exitCode));

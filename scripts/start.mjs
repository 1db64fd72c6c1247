/** `npm start [-- flags of serve]`: sets up what is missing, then runs the server in this process. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './root.mjs';
import { checkNode, ensureBuilt, ensureInstalled, SetUpError } from './set-up.mjs';

try {
  checkNode();
  await ensureInstalled();
  await ensureBuilt();
} catch (error) {
  if (!(error instanceof SetUpError)) throw error;
  console.error(error.message);
  process.exit(1);
}
const program = join(ROOT, 'dist/main.js');
process.argv = [process.execPath, program, 'serve', ...process.argv.slice(2)];
await import(pathToFileURL(program).href);

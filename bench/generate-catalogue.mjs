import { createWriteStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { catalogueText } from './catalogue.mjs';
import { integerOption, readOptions } from './options.mjs';

const USAGE = 'node bench/generate-catalogue.mjs --entries N --out FILE [--mode real|2kb] [--seed N]';

const options = readOptions(USAGE, {
  entries: { type: 'string' },
  out: { type: 'string' },
  mode: { type: 'string', default: '2kb' },
  seed: { type: 'string', default: '1' },
});
if (options.entries === undefined || options.out === undefined || !['real', '2kb'].includes(options.mode)) {
  console.error(`Usage: ${USAGE}`);
  process.exit(2);
}
const entries = integerOption(USAGE, 'entries', options.entries);
const seed = integerOption(USAGE, 'seed', options.seed);

await pipeline(
  Readable.from(catalogueText({ entries, seed, mode: options.mode })),
  createWriteStream(options.out),
);
console.log(`${options.out}: ${entries} names, ${(statSync(options.out).size / 1e6).toFixed(1)} MB`);

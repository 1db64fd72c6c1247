import { parseArgs } from 'node:util';

/** Reads the command line; a wrong option prints `usage` and ends with exit code 2. */
export function readOptions(usage, options) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return wrongUsage(usage, error.message);
  }
}

/**
 * The value of an option that must be a whole number of at least `least`.
 * @returns {number}
 */
export function integerOption(usage, name, text, least = 0) {
  const value = Number(text);
  return Number.isInteger(value) && value >= least
    ? value
    : wrongUsage(usage, `--${name} must be a whole number of at least ${least}`);
}

/** @returns {never} */
function wrongUsage(usage, message) {
  console.error(`${message}\nUsage: ${usage}`);
  process.exit(2);
}

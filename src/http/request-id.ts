import { randomUUID } from 'node:crypto';

/** Digits of a UUID before its last group, and in it. */
const HEAD_LENGTH = 24;
const TAIL_LENGTH = 12;

const head = randomUUID().slice(0, HEAD_LENGTH);
let made = 0;

/**
 * An id that no other request has, here or in another process: 72 random bits of the process, and a number. It has the form of
 * a UUID, for those who expect one, at a tenth of the price; nobody is kept from guessing it.
 */
export function makeRequestId(): string {
  made += 1;
  return head + made.toString(16).padStart(TAIL_LENGTH, '0');
}

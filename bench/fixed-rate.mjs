import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const CONNECTIONS = 64;
const READ_BYTES = 64 * 1024;
const SETTLE_MS = 2_000;
const HEAD_END = Buffer.from('\r\n\r\n');
const GOOD_STATUS = /^HTTP\/1\.1 [23]\d\d /;

/**
 * Asks at a fixed rate, whatever the answers do: a request is due at its time, and one for which no connection is free
 * waits and counts its waiting. Plain sockets and no parsing but of heads, so that the generator takes little of the
 * machine that it shares with the server.
 * @param {{ url: string, headers?: Record<string, string>, rate: number, end: Promise<unknown>, connections?: number }} load
 *   `rate` in requests a second, until `end` resolves; over 64 connections
 * @returns {Promise<{ times: Float64Array, rate: number, asked: number, seconds: number, failures: number }>} `times` in
 *   milliseconds, in order of length, from when a request was due to the last byte of its answer; `rate` is what was
 *   answered in time: far below `asked`, the figures are about the machine
 */
export async function loadAtRate({ url, headers = {}, rate, end, connections = CONNECTIONS }) {
  const asked = Math.floor(rate);
  const times = [];
  const count = { sent: 0, failures: 0, endedAt: Infinity };
  const idle = [];
  const request = requestBytes(url, headers);
  const open = await Promise.all(
    Array.from({ length: connections }, () =>
      openConnection(url, (connection, isGood) => {
        times.push(performance.now() - connection.dueAt);
        if (!isGood) count.failures += 1;
        idle.push(connection);
        sendDue();
      }),
    ),
  );
  idle.push(...open);
  const begin = performance.now();
  const ended = end.finally(() => (count.endedAt = performance.now()));
  ended.catch(() => undefined);

  function sendDue() {
    const now = Math.min(performance.now(), count.endedAt);
    const due = Math.floor(((now - begin) / 1000) * asked);
    while (count.sent < due && idle.length > 0) {
      // The one that has rested longest: a server closes those on which nothing ever comes.
      const connection = idle.shift();
      count.sent += 1;
      connection.dueAt = begin + (count.sent / asked) * 1000;
      connection.socket.write(request);
    }
  }

  while (count.endedAt === Infinity) {
    sendDue();
    await delay(1);
  }
  const seconds = (count.endedAt - begin) / 1000;
  const inTime = times.length;
  const limit = performance.now() + SETTLE_MS;
  while (times.length < count.sent && performance.now() < limit) await delay(1);
  for (const { socket } of open) socket.destroy();
  await ended;
  return {
    times: Float64Array.from(times).sort(),
    rate: inTime / seconds,
    asked,
    seconds,
    failures: count.failures + count.sent - times.length,
  };
}

/** The time that so large a share of the answers came within. @param {Float64Array} times in order of length */
export function quantile(times, share) {
  return times[Math.floor((times.length - 1) * share)] ?? Number.NaN;
}

function requestBytes(url, headers) {
  const { pathname, search, host } = new URL(url);
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
}

/** A connection that tells of the end of each answer, and of its own end while it owes one. */
function openConnection(url, onAnswer) {
  const { hostname, port } = new URL(url);
  const connection = { socket: undefined, dueAt: 0 };
  // What is left of the answer that is arriving; undefined before its head was read.
  let left;
  let isGood = false;
  let head = Buffer.alloc(0);

  function take(bytes) {
    if (left === undefined) {
      head = head.length === 0 ? bytes : Buffer.concat([head, bytes]);
      const end = head.indexOf(HEAD_END);
      if (end === -1) {
        // The memory is read into again.
        head = Buffer.from(head);
        return;
      }
      const text = head.toString('latin1', 0, end);
      isGood = GOOD_STATUS.test(text);
      left = bodyLength(text) - (head.length - end - HEAD_END.length);
      head = Buffer.alloc(0);
    } else left -= bytes.length;
    if (left > 0) return;
    left = undefined;
    onAnswer(connection, isGood);
  }

  return new Promise((resolve, reject) => {
    const onread = {
      buffer: Buffer.allocUnsafe(READ_BYTES),
      callback: (length, buffer) => {
        take(buffer.subarray(0, length));
        return true;
      },
    };
    connection.socket = connect({ host: hostname, port: Number(port), noDelay: true, onread });
    connection.socket.once('error', reject).once('connect', () => resolve(connection));
  });
}

/** @throws Error for an answer whose length its head does not tell */
function bodyLength(head) {
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length !== undefined) return Number(length);
  if (/^HTTP\/1\.1 (204|304) /.test(head)) return 0;
  throw new Error('At a fixed rate only answers with Content-Length can be measured');
}

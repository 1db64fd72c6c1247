import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const CONNECTIONS = 64;
const READ_BYTES = 64 * 1024;
const SETTLE_MS = 2_000;
const HEAD_END = Buffer.from('\r\n\r\n');
const GOOD_STATUS = /^HTTP\/1\.1 [23]\d\d /;

/**
 * Asks at a fixed rate over 64 connections, whatever the answers do: a request is due at its time, and one for which no
 * connection is free waits and counts its waiting. Plain sockets and no parsing but of heads, so that the generator takes
 * little of the machine that it shares with the server.
 * @param {{ url: string, headers?: Record<string, string>, rate: number, seconds: number }} load `rate` in requests a second
 * @returns {Promise<{ p50Ms: number, p99Ms: number, longestMs: number, rate: number, asked: number, failures: number }>}
 *   times from when a request was due to the last byte of its answer; `rate` is what was answered in time: far below
 *   `asked`, the figure is about the generator
 */
export async function loadAtRate({ url, headers = {}, rate, seconds }) {
  const asked = Math.max(CONNECTIONS, Math.floor(rate));
  const total = asked * seconds;
  const times = new Float64Array(total);
  let [sent, answered, failures] = [0, 0, 0];
  const idle = [];
  const request = requestBytes(url, headers);
  const connections = await Promise.all(
    Array.from({ length: CONNECTIONS }, () =>
      openConnection(url, (connection, isGood) => {
        times[answered] = performance.now() - connection.dueAt;
        answered += 1;
        if (!isGood) failures += 1;
        idle.push(connection);
        sendDue();
      }),
    ),
  );
  idle.push(...connections);
  const begin = performance.now();

  function sendDue() {
    const due = Math.min(total, Math.floor(((performance.now() - begin) / 1000) * asked));
    while (sent < due && idle.length > 0) {
      const connection = idle.pop();
      connection.dueAt = begin + (sent / asked) * 1000;
      sent += 1;
      connection.socket.write(request);
    }
  }

  while (performance.now() - begin < seconds * 1000) {
    sendDue();
    await delay(1);
  }
  const ratePerSecond = answered / seconds;
  sendDue();
  for (const end = performance.now() + SETTLE_MS; answered < sent && performance.now() < end;) await delay(1);
  failures += sent - answered;
  for (const { socket } of connections) socket.destroy();
  const sorted = times.subarray(0, answered).sort();
  const at = (share) => sorted[Math.floor((answered - 1) * share)] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), longestMs: at(1), rate: ratePerSecond, asked, failures };
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

import { request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { DomainError } from '../common/domain-error.js';
import { UsageError } from './usage-error.js';

/** Asked in this order when no address is given; the next one only when nothing listens at the one before. */
const DEFAULT_HEALTH_URLS = ['http://127.0.0.1:8081/readiness', 'http://127.0.0.1:8080/readiness'];

const TIMEOUT_MS = 3000;
const SHOWN_BODY_BYTES = 200;

interface HealthcheckOptions {
  readonly timeoutMs?: number;
  readonly defaults?: readonly string[];
}

/** Where to ask, as given by the user, and how the request goes there. */
interface Target {
  readonly url: string;
  readonly options: RequestOptions;
  readonly secure: boolean;
}

/**
 * Asks a server whether it is ready, and returns the line that says yes. `url` is http, https or
 * `unix:///path/of.sock`; without a path it means `/readiness`. It has 3 s in all, unless told otherwise.
 * @throws UsageError when `url` is none of these
 * @throws DomainError `registry-unavailable` when there is no answer in time, or one outside 200…299
 */
export async function runHealthcheck(
  url?: string,
  { timeoutMs = TIMEOUT_MS, defaults = DEFAULT_HEALTH_URLS }: HealthcheckOptions = {},
): Promise<string> {
  const targets = (url === undefined ? defaults : [url]).map(readTarget);
  const signal = AbortSignal.timeout(timeoutMs);
  for (const target of targets) {
    const answer = await ask(target, signal).catch((error: unknown) => {
      if (signal.aborted) throw notHealthy(`${target.url} did not answer within ${timeoutMs / 1000} s`);
      if (isNobodyThere(error)) return undefined;
      throw notHealthy(`${target.url} cannot be asked: ${reasonOf(error)}`);
    });
    if (answer === undefined) continue;
    if (answer.status >= 200 && answer.status <= 299)
      return `${target.url} answered ${answer.status}: healthy\n`;
    const body = answer.body === '' ? '' : `: ${answer.body}`;
    throw notHealthy(`${target.url} answered ${answer.status}${body}`);
  }
  const asked = targets.map((target) => target.url).join(' nor at ');
  throw notHealthy(`nothing listens at ${asked}: start the server, or give the address it listens at`);
}

function readTarget(url: string): Target {
  if (url.startsWith('unix://')) {
    const socketPath = url.slice('unix://'.length);
    if (!socketPath.startsWith('/')) throw new UsageError(`${url} needs the form unix:///path/of.sock`);
    return {
      url,
      options: { socketPath, path: '/readiness', headers: { host: 'localhost' } },
      secure: false,
    };
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new UsageError(`${JSON.stringify(url)} is no address: give http://…, https://… or unix:///…`);
  }
  if (parsed.pathname === '/') parsed.pathname = '/readiness';
  const { hostname, port, pathname, search, protocol } = parsed;
  return {
    url: `${protocol}//${parsed.host}${pathname}${search}`,
    // Brackets around an IPv6 address belong to the URL, not to the address.
    options: { hostname: hostname.replace(/^\[|\]$/g, ''), port, path: `${pathname}${search}` },
    secure: protocol === 'https:',
  };
}

function ask(
  { options, secure }: Target,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const request = secure ? requestHttps : requestHttp;
    const sent = request({ ...options, signal, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body = (body + chunk).slice(0, SHOWN_BODY_BYTES);
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: oneLine(body) }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}

function notHealthy(message: string): DomainError {
  return new DomainError('registry-unavailable', message);
}

function isNobodyThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ECONNREFUSED', 'ENOENT'].includes(String(error.code));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

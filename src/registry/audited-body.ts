import type { IncomingMessage } from 'node:http';
import { cutText } from '../model/bounded-text.js';

/** Methods whose bodies are kept. */
const WRITES: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** Members whose values are nobody's business, by their names. */
const SECRET_NAME = /passw|secret|token|authorization|api[-_]?key|private[-_]?key|credential|cookie/i;
const REDACTED = '[redacted]';

/**
 * The parsed body of a writing request as JSON text of at most `maxBytes` bytes, without what looks like a secret:
 * members by their names, and the values of inputs that a document declares secret.
 */
export function auditedBody(request: IncomingMessage, maxBytes: number): string | undefined {
  const { body } = request as { readonly body?: unknown };
  if (body === undefined || !WRITES.has(request.method ?? '')) return undefined;
  const text = JSON.stringify(body, (name: string, value: unknown) => shown(name, value)) ?? '';
  const bytes = Buffer.from(cutText(text, maxBytes));
  if (bytes.length <= maxBytes) return bytes.toString();
  return bytes
    .subarray(0, maxBytes)
    .toString()
    .replace(/\uFFFD$/u, '');
}

function shown(name: string, value: unknown): unknown {
  if (SECRET_NAME.test(name)) return typeof value === 'boolean' ? value : REDACTED;
  if (typeof value !== 'object' || value === null || !('isSecret' in value) || value.isSecret !== true)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) =>
      key === 'value' || key === 'default' ? [key, REDACTED] : [key, member],
    ),
  );
}

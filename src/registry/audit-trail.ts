import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { principalOf } from '../auth/principal.js';
import { viewAccessOf } from '../auth/view-access.js';
import { REGISTRY_CONFIG } from '../config/config.module.js';
import type { AuditConfig, RegistryConfig } from '../config/registry-config.js';
import { fixRequestId } from '../http/common-headers.js';
import { originalPathOf, pathOf } from '../http/request-path.js';
import { cutText } from '../model/bounded-text.js';
import { type AuditEvent, type AuditSubjects, outcomeOf } from '../telemetry/audit-event.js';
import { AuditWriter } from '../telemetry/audit-writer.js';
import { auditedBody } from './audited-body.js';
import { auditedRoute } from './audit-target.js';
import { canonicalPath } from './canonical-path.js';

/** Headers and paths of callers are kept no longer than this, in UTF-16 units. */
const MAX_HEADER = 512;
const MAX_PATH = 2048;

/** The token in the address of a client view, whatever was made of the address. */
const VIEW_TOKEN = /^(\/+view\/+)[^/]+/i;

/** A request whose end will be an event, as it was when it came. */
interface Followed {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly address: string;
  readonly startedAt: number;
  readonly bytesBefore: number;
  readonly requestId: string;
}

/** Makes one event of each request that the audit log is about, when its reply has ended, whichever way it took. */
@Injectable()
export class AuditTrail implements OnApplicationShutdown {
  private readonly settings: AuditConfig;
  private readonly writer: AuditWriter | undefined;

  constructor(@Inject(REGISTRY_CONFIG) { audit }: RegistryConfig) {
    this.settings = audit;
    this.writer = audit.enabled ? new AuditWriter(audit.logFile) : undefined;
  }

  /** False when no request need be followed. */
  get isOn(): boolean {
    return this.writer !== undefined;
  }

  /** Writes the event of a request, if it is one, when its reply has ended or its caller has gone. */
  follow(request: IncomingMessage, response: ServerResponse): void {
    const { remoteAddress = '', remotePort = 0, bytesWritten } = request.socket;
    const followed: Followed = {
      request,
      response,
      address: remoteAddress === '' ? 'local' : `${remoteAddress}:${remotePort}`,
      startedAt: performance.now(),
      bytesBefore: bytesWritten,
      requestId: fixRequestId(request),
    };
    response.once('close', () => this.end(followed));
  }

  /** The file of the log was moved away. */
  reopen(): void {
    this.writer?.reopen();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.writer?.close();
  }

  private end(followed: Followed): void {
    const event = eventOf(followed, this.settings);
    const { eventTypes, excludeEventTypes } = this.settings;
    if (event === undefined || excludeEventTypes?.includes(event.type)) return;
    if (eventTypes === undefined || eventTypes.includes(event.type)) this.writer?.write(event);
  }
}

function eventOf(followed: Followed, settings: AuditConfig): AuditEvent | undefined {
  const { request, response, address, startedAt, bytesBefore, requestId } = followed;
  const { method = 'GET', headers, socket } = request;
  const access = viewAccessOf(request);
  const isRefusedView = access !== undefined && 'refusal' in access;
  const status = response.headersSent ? response.statusCode : 499;
  const route = auditedRoute(method, canonicalPath(pathOf(request)));
  const type = isRefusedView ? 'view.refused' : typeOf(status, route?.type);
  if (type === undefined) return undefined;
  const time = new Date().toISOString();
  const forwarded = headers['x-forwarded-for'];
  const agent = headers['user-agent'];
  const data = settings.includeRequestData ? auditedBody(request, settings.maxDataSize) : undefined;
  return {
    time,
    level: 'AUDIT',
    msg: 'audit_event',
    audit_id: randomUUID(),
    type,
    logged_at: time,
    outcome: isRefusedView ? 'denied' : outcomeOf(status),
    component: 'toolhive-registry-api',
    source: {
      type: 'network',
      value: address,
      extra: {
        ...(forwarded !== undefined && { x_forwarded_for: cutText(String(forwarded), MAX_HEADER) }),
        ...(agent !== undefined && { user_agent: cutText(agent, MAX_HEADER) }),
      },
    },
    subjects: subjectsOf(request, status),
    target: { method, path: shownPath(request), ...route?.target },
    metadata: {
      extra: {
        duration_ms: Math.round((performance.now() - startedAt) * 1000) / 1000,
        response_bytes: Math.max(0, socket.bytesWritten - bytesBefore),
        request_id: requestId,
        status,
        ...(isRefusedView && { reason: access.refusal }),
      },
    },
    ...(data !== undefined && { data }),
  };
}

/** Whoever is turned away leaves a trace on every route, whatever it is. */
function typeOf(status: number, type: string | undefined): string | undefined {
  if (status === 401) return 'auth.unauthenticated';
  if (status === 403) return type ?? 'auth.denied';
  if (status !== 201 || type === undefined) return type;
  return type.replace(/^(source|registry)\.update$/, '$1.create');
}

function subjectsOf(request: IncomingMessage, status: number): AuditSubjects {
  const access = viewAccessOf(request);
  if (access !== undefined)
    return { identity: 'view', ...(access.view !== undefined && { view: access.view }) };
  if (status === 401) return { identity: 'unknown' };
  const { subject, name, roles } = principalOf(request);
  if (subject === undefined) return { identity: 'anonymous' };
  return {
    sub: cutText(subject, MAX_HEADER),
    ...(name !== undefined && { user: cutText(name, MAX_HEADER) }),
    ...(roles.includes('superAdmin') && { role: 'super_admin' }),
  };
}

function shownPath(request: IncomingMessage): string {
  return cutText(originalPathOf(request).replace(VIEW_TOKEN, '$1[redacted]'), MAX_PATH);
}

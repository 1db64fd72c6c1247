/** How what was asked ended. */
export type AuditOutcome = 'success' | 'denied' | 'failure' | 'error';

/** What was asked of what. */
export interface AuditTarget {
  readonly method: string;
  /** As the caller sent it, without query; the token of a client view is left out. */
  readonly path: string;
  readonly resource_type?: string;
  readonly resource_name?: string;
  readonly registry_name?: string;
  readonly namespace?: string;
  readonly entry_type?: string;
  readonly version?: string;
}

/** Who asked: `identity` where no token names somebody. */
export interface AuditSubjects {
  readonly sub?: string;
  readonly user?: string;
  readonly role?: 'super_admin';
  /** `unknown` is whoever was turned away before it was known. */
  readonly identity?: 'anonymous' | 'unknown' | 'view';
  /** Name of the client view that was used. */
  readonly view?: string;
}

/** One line of the audit log; its members are named as other tools of ToolHive read them. */
export interface AuditEvent {
  readonly time: string;
  readonly level: 'AUDIT';
  readonly msg: 'audit_event';
  readonly audit_id: string;
  /** What it was, as `server.list` or `source.update`. */
  readonly type: string;
  readonly logged_at: string;
  readonly outcome: AuditOutcome;
  readonly component: 'toolhive-registry-api';
  readonly source: {
    readonly type: 'network';
    /** Address and port of whoever holds the connection: a proxy, where there is one. */
    readonly value: string;
    readonly extra: { readonly x_forwarded_for?: string; readonly user_agent?: string };
  };
  readonly subjects: AuditSubjects;
  readonly target: AuditTarget;
  readonly metadata: {
    readonly extra: {
      readonly duration_ms: number;
      /** What went over the connection for this reply, headers included. */
      readonly response_bytes: number;
      readonly request_id: string;
      readonly status: number;
      /** Why a client view was refused. */
      readonly reason?: string;
    };
  };
  /** The body of a writing request as text, with secrets left out. */
  readonly data?: string;
}

/** What a status says of the outcome. */
export function outcomeOf(status: number): AuditOutcome {
  if (status < 400) return 'success';
  if (status === 401 || status === 403) return 'denied';
  return status < 500 ? 'failure' : 'error';
}

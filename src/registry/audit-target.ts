import { withoutViewTokens } from '../model/view-token.js';
import type { AuditTarget } from '../telemetry/audit-event.js';

/** An address as events name it, and the type of the event. */
export interface AuditedRoute {
  readonly type: string;
  readonly target: Omit<AuditTarget, 'method' | 'path'>;
}

/** Type of the event by method and address; `:registry` may stand before all that a registry has. */
const ROUTES: readonly (readonly [method: string, pattern: string, type: string])[] = [
  ['GET', 'registry', 'registry.list'],
  ['GET', 'v0.1/registries', 'registry.list'],
  ...entryRoutes('v0.1/servers', 'server', ':name'),
  ['GET', 'v0.1/servers/:name', 'server.version.read'],
  ...entryRoutes('v0.1/x/dev.toolhive/skills', 'skill', ':namespace/:name'),
  ['GET', 'v0.1/x/dev.toolhive/skills/:namespace/:name', 'skill.read'],
  ...entryRoutes('v0.1/x/dev.toolhive/plugins', 'plugin', ':namespace/:name'),
  ['GET', 'v0.1/x/dev.toolhive/plugins/:namespace/:name', 'plugin.read'],
  ['GET', 'api/v0/servers', 'server.list'],
  ['GET', 'api/v0/servers/:name', 'server.version.read'],
  ['GET', 'api/v0/info', 'registry.read'],
  ['GET', 'api/v0/deployed', 'deployed.list'],
  ['GET', 'api/v0/deployed/:name', 'deployed.read'],
  ['POST', 'v0.1/publish', 'entry.publish'],
  ['POST', 'v0.1/validate', 'entry.validate'],
  ['PUT', 'v0.1/servers/:name/versions/:version', 'entry.update'],
  ['DELETE', 'v0.1/servers/:name/versions/:version', 'entry.delete'],
  ['PATCH', 'v0.1/servers/:name/versions/:version/status', 'entry.status.update'],
  ['PATCH', 'v0.1/servers/:name/status', 'entry.status.update'],
  ['POST', 'v0.1/auth/:name', 'auth.exchange'],
  ['GET', 'v1/me', 'user.info'],
  ['GET', 'v1/explain', 'entry.explain'],
  ...managedRoutes('source'),
  ['GET', 'v1/sources/:name/runs', 'source.runs.list'],
  ['GET', 'v1/sources/:name/quarantine', 'source.quarantine.list'],
  ['GET', 'v1/runs/:name', 'source.run.read'],
  ...managedRoutes('registry', 'registries'),
  ['POST', 'v1/entries', 'entry.publish'],
  ['DELETE', 'v1/entries/:entry/:name/versions/:version', 'entry.delete'],
  ['GET', 'v1/entries/:entry/:name/claims', 'entry.claims.read'],
  ['PUT', 'v1/entries/:entry/:name/claims', 'entry.claims.update'],
  ['GET', 'v1/views', 'view.list'],
  ['POST', 'v1/views', 'view.create'],
  ['POST', 'v1/views/:name/rotate', 'view.rotate'],
  ['DELETE', 'v1/views/:name', 'view.revoke'],
];

interface Pattern {
  readonly method: string;
  readonly segments: readonly string[];
  readonly type: string;
}

const PATTERNS: readonly Pattern[] = ROUTES.map(([method, pattern, type]) => ({
  method,
  segments: pattern.split('/'),
  type,
}));

/** What a request to an address (in its one spelling, still percent-encoded) is about; undefined: no event. */
export function auditedRoute(method: string, path: string): AuditedRoute | undefined {
  // A slash at the end is no other route.
  const [, ...all] = path.replace(/\/$/, '').split('/').map(decoded);
  const isBelow = all[0] === 'registry' && all.length > 2;
  const segments = isBelow ? all.slice(2) : all;
  const asked = method === 'HEAD' ? 'GET' : method;
  const found = PATTERNS.find((pattern) => pattern.method === asked && fits(pattern.segments, segments));
  if (found === undefined) return undefined;
  const [resource = ''] = found.type.split('.');
  return {
    type: found.type,
    target: {
      resource_type: resource,
      ...(isBelow && { registry_name: all[1] ?? '' }),
      ...parameters(found.segments, segments),
    },
  };
}

function entryRoutes(base: string, kind: string, name: string): (readonly [string, string, string])[] {
  return [
    ['GET', base, `${kind}.list`],
    ['GET', `${base}/${name}/versions`, `${kind}.versions.list`],
    ['GET', `${base}/${name}/versions/:version`, `${kind}.version.read`],
  ];
}

function managedRoutes(kind: string, plural = `${kind}s`): (readonly [string, string, string])[] {
  return [
    ['GET', `v1/${plural}`, `${kind}.list`],
    ['GET', `v1/${plural}/:name`, `${kind}.read`],
    ['PUT', `v1/${plural}/:name`, `${kind}.update`],
    ['DELETE', `v1/${plural}/:name`, `${kind}.delete`],
    ['GET', `v1/${plural}/:name/entries`, `${kind}.entries.list`],
  ];
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => part.startsWith(':') || part === segments[index])
  );
}

const MEMBERS: Readonly<Record<string, keyof AuditTarget>> = {
  ':name': 'resource_name',
  ':namespace': 'namespace',
  ':entry': 'entry_type',
  ':version': 'version',
};

function parameters(pattern: readonly string[], segments: readonly string[]): Partial<AuditTarget> {
  const found = pattern.flatMap((part, index) => {
    const member = MEMBERS[part];
    return member === undefined ? [] : [[member, segments[index]?.slice(0, MAX_NAME)]];
  });
  return Object.fromEntries(found) as Partial<AuditTarget>;
}

/** Names are shown no longer than this, in UTF-16 units. */
const MAX_NAME = 512;

function decoded(segment: string): string {
  try {
    return withoutViewTokens(decodeURIComponent(segment));
  } catch {
    return withoutViewTokens(segment);
  }
}

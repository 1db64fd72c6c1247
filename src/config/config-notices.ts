import { protectionNotices } from './auth-findings.js';
import type { Finding } from './config-problems.js';
import { NEW_NAME } from './names.schema.js';
import type { RegistryConfig } from './registry-config.js';

/** What a valid configuration says that its author may not have meant; each becomes a warning. */
export function configNotices(config: RegistryConfig): Finding[] {
  return [
    ...nameNotices(config),
    ...leaseNotices(config),
    ...openNotices(config),
    ...unfinishedNotices(config),
    ...protectionNotices(config),
  ];
}

function nameNotices({ sources, registries }: RegistryConfig): Finding[] {
  const sourceNames = new Set(sources.map(({ name }) => name));
  return [
    ...sources.map(({ name }, index) => ({ name, path: ['sources', index, 'name'] })),
    // In the older forms both have one name, and one warning is enough.
    ...registries.flatMap(({ name }, index) =>
      sourceNames.has(name) ? [] : [{ name, path: ['registries', index, 'name'] }],
    ),
  ]
    .filter(({ name }) => !NEW_NAME.test(name))
    .map(({ name, path }) => ({
      path,
      message: `the name '${name}' is accepted, but new names have only a-z, 0-9 and . _ - between, and at most 63 characters`,
    }));
}

function leaseNotices({ database, fileStorage }: RegistryConfig): Finding[] {
  if (database === undefined || fileStorage.lease === undefined) return [];
  const message = 'is not used: with a database there is no embedded store';
  return [{ path: ['fileStorage', 'lease'], message }];
}

/** What is accepted although it does nothing yet: to go without it shows nobody more than was wanted. */
function unfinishedNotices({ sources, telemetry }: RegistryConfig): Finding[] {
  const managed = sources.flatMap(({ kind }, index) =>
    kind === 'managed'
      ? [
          {
            path: ['sources', index, 'managed'],
            message: 'nothing can be published yet: this source is empty',
          },
        ]
      : [],
  );
  if (!telemetry.enabled) return managed;
  const message = 'metrics and traces are not there yet: nothing is measured or sent';
  return [...managed, { path: ['telemetry', 'enabled'], message }];
}

/** Restrictions that anonymous mode does not apply. */
function openNotices({ sources, registries, auth }: RegistryConfig): Finding[] {
  if (auth.mode !== 'anonymous') return [];
  const claims = [
    ...sources.map(({ claims: required }, index) => ({ required, path: ['sources', index, 'claims'] })),
    ...registries.map(({ claims: required }, index) => ({ required, path: ['registries', index, 'claims'] })),
  ];
  const findings: Finding[] = claims
    .filter(({ required }) => required !== undefined)
    .map(({ path }) => ({
      path,
      message: 'claims are not enforced in anonymous mode: everybody reads this',
    }));
  if (auth.oauth !== undefined)
    findings.push({ path: ['auth', 'oauth'], message: 'is not used in anonymous mode' });
  if (auth.authz !== undefined)
    findings.push({ path: ['auth', 'authz'], message: 'is not used in anonymous mode' });
  return findings;
}

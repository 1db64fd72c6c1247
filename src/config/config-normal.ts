import { parseDuration } from '../common/duration.js';
import type { Finding } from './config-problems.js';
import type { LogLevel, RegistryConfig, SourceConfig } from './registry-config.js';
import { asSourcesForm, type ParsedForm } from './single-source.js';
import { DEFAULT_INTERVAL } from './sync.schema.js';

type SourcesForm = ReturnType<typeof asSourcesForm>;
type ParsedSource = SourcesForm['sources'][number];

/** Where embedded store and last good copies live when nobody says otherwise. */
const DEFAULT_BASE_DIR = './data';

/** What a configuration depends on beside its text. `sample` is the start without any configuration. */
interface Surroundings {
  readonly logLevel: LogLevel;
  readonly sample: boolean;
  /** Namespaces of Kubernetes sources that name none. */
  readonly watchNamespaces?: readonly string[];
  readonly oidcClientSecret?: string | undefined;
  /** What names of leases begin with. */
  readonly leaderElectionId?: string | undefined;
}

/** The frozen configuration that the program works with. */
export function normalConfig(parsed: ParsedForm, surroundings: Surroundings): RegistryConfig {
  const { sources, fileStorage, ...rest } = asSourcesForm(parsed);
  const { oidcClientSecret, leaderElectionId } = surroundings;
  const lease = [leaderElectionId, fileStorage.lease].filter((part) => part !== undefined).join('-');
  const explicit = fileStorage.baseDir !== undefined;
  return deepFreeze({
    ...rest,
    sources: sources.map((source) => normalSource(source, surroundings.watchNamespaces ?? [])),
    fileStorage: {
      baseDir: fileStorage.baseDir ?? DEFAULT_BASE_DIR,
      explicit,
      ...(fileStorage.lease !== undefined && { lease }),
      memoryOnly: surroundings.sample && !explicit,
    },
    logLevel: surroundings.logLevel,
    ...(oidcClientSecret !== undefined && { oidcClientSecret }),
  });
}

/** One warning for each source that is read again and again without saying how often. */
export function intervalNotices(parsed: ParsedForm): Finding[] {
  return asSourcesForm(parsed).sources.flatMap((source, index) => {
    const repeats = source.git !== undefined || source.api !== undefined || source.file !== undefined;
    if (!repeats || source.file?.data !== undefined || source.syncPolicy.intervalMs !== undefined) return [];
    const message = `is not given: ${DEFAULT_INTERVAL} is used`;
    return [{ path: ['sources', index, 'syncPolicy', 'interval'], message }];
  });
}

function normalSource(
  { name, format, syncPolicy, filter, claims, ...kinds }: ParsedSource,
  watchNamespaces: readonly string[],
): SourceConfig {
  const common = {
    name,
    ...(format !== undefined && { format }),
    syncPolicy: { intervalMs: parseDuration(DEFAULT_INTERVAL), ...syncPolicy },
    ...(filter !== undefined && { filter }),
    ...(claims !== undefined && { claims }),
  };
  const { git, api, file, kubernetes } = kinds;
  if (git !== undefined) return { ...common, kind: 'git', git };
  if (api !== undefined) return { ...common, kind: 'api', api };
  if (file !== undefined) return { ...common, kind: 'file', file };
  if (kubernetes !== undefined) {
    const { namespaces = [], ...rest } = kubernetes;
    const followed = namespaces.length > 0 ? namespaces : [...watchNamespaces];
    const named = followed.length > 0 && { namespaces: followed };
    return { ...common, kind: 'kubernetes', kubernetes: { ...rest, ...named } };
  }
  return { ...common, kind: 'managed' };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
